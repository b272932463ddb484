import type { JsonObject } from '../ir/json.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';

/** A request in neutral words: all that a scenario may decide by.
 *  @property tools         what may be called, namespaces kept where the protocol has them; none where calls are forbidden.
 *  @property instructions  system and developer texts, joined by blank lines.
 *  @property userTexts     texts of user messages, tool outputs aside.
 *  @property results       outputs of tools, oldest first.
 *  @property rounds        how often the model called tools and had them answered; parallel calls are one round.
 *  @property images        pictures anywhere in the conversation.
 *  @property schema        the JSON schema that the answer has to meet, where one was asked for.
 *  @property forced        the tool that has to be called, by its wire name, or `any`: some tool has to be.
 *  @property maxTokens     the longest answer that the caller takes, in tokens.
 *  @property stop          texts at which the answer ends.
 *  @property oneCall       the caller takes one tool call at a time.
 *  @property isBrief       the caller wants no thinking.
 *  @property earlier       how many requests for this model came before: 0 at first, retries count. */
export type Turn = {
  readonly protocol: ProtocolId;
  readonly model: string;
  readonly stream: boolean;
  readonly tools: readonly OfferedTool[];
  readonly instructions: string;
  readonly userTexts: readonly string[];
  readonly results: readonly ToolResult[];
  readonly rounds: number;
  readonly images: number;
  readonly schema?: JsonObject;
  readonly forced?: string;
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
  readonly oneCall?: boolean;
  readonly isBrief?: boolean;
  readonly earlier: number;
};

/** @property name        as the wire has it.
 *  @property parameters  the JSON schema of a function's arguments; absent for freeform tools. */
export type OfferedTool = {
  readonly name: string;
  readonly namespace?: string;
  readonly kind: 'function' | 'freeform' | 'search';
  readonly parameters?: JsonObject;
};

export type ToolResult = { readonly callId: string; readonly text: string; readonly images: number };

export function lastUserText(turn: Turn): string {
  return turn.userTexts.at(-1) ?? '';
}

/** The offered tool that a neutral name means: exact, or flattened as `namespace__name`. */
export function findTool(tools: readonly OfferedTool[], name: string, namespace?: string): OfferedTool | undefined {
  const exact = tools.find((tool) => tool.name === name && tool.namespace === namespace);
  if (exact !== undefined || namespace === undefined) return exact;
  return tools.find((tool) => tool.name === `${namespace}__${name}` && tool.namespace === undefined);
}
