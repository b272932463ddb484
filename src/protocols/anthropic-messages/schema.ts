import type { Json, JsonObject } from '../../ir/json.ts';

/** The request as the Messages API takes it, as far as we speak it.
 *  @see https://platform.claude.com/docs/en/api/messages */
export type MessagesRequest = {
  readonly system: readonly TextBlock[];
  readonly messages: readonly Turn[];
};

/** Turns alternate and begin with the user's; instructions may stand behind one. */
export type Turn = { readonly role: 'user' | 'assistant' | 'system'; readonly content: readonly ContentBlock[] };

export type TextBlock = { readonly type: 'text'; readonly text: string };

export type ImageBlock = {
  readonly type: 'image';
  readonly source:
    | { readonly type: 'base64'; readonly media_type: string; readonly data: string }
    | { readonly type: 'url'; readonly url: string };
};

export type ContentBlock =
  | TextBlock
  | ImageBlock
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'redacted_thinking'; readonly data: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: JsonObject }
  | {
      readonly type: 'tool_result';
      readonly tool_use_id: string;
      readonly content: readonly (TextBlock | ImageBlock | ServerBlock)[];
      readonly is_error?: true;
    }
  | ServerBlock;

/** A block that goes to the provider as it came: one that its own tools made, or that no other protocol knows. */
export type ServerBlock = { readonly type: 'server'; readonly value: JsonObject };

export type ToolDeclaration = { readonly [member: string]: Json | undefined };
