import type { JsonObject } from './json.ts';
import type { ProtocolId } from './protocol-id.ts';

/** A model call in no protocol's words. Every ingress decodes to it, every egress encodes from it. */
export type InferenceRequest = {
  /** The slug that the client asked for; the target's own model id is given to the egress separately. */
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly sampling: Sampling;
  readonly reasoning: ReasoningOptions;
  readonly outputFormat: OutputFormat;
  readonly verbosity?: string;
  readonly serviceTier?: string;
  /** Stable for a session; a provider's prompt cache key. */
  readonly cacheKey?: string;
  readonly stream: boolean;
  /** The last message asks for a summary of the conversation, which the client wants as its protocol has such a thing. */
  readonly compacts?: true;
  readonly reply?: ReplyStyle;
  /** Members that have no neutral form, by the protocol they came in; sent again only to that protocol. */
  readonly extensions: Extensions;
};

/** How the client wants its reply told. No provider hears of it.
 *  @property usage      a streamed reply ends with its counts: Chat Completions tells them only when asked.
 *  @property functions  a call in the form that Chat Completions had before `tool_calls`. */
export type ReplyStyle = { readonly usage?: boolean; readonly functions?: boolean };

export type Extensions = { readonly [P in ProtocolId]?: JsonObject };

export type Sampling = {
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxOutputTokens?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
};

/** @property effort       the client's word (`low`, `xhigh`, ...); a dialect maps it to what its provider takes.
 *  @property returnState  the client wants to carry the state of each reasoning block, and asked for it. */
export type ReasoningOptions = {
  readonly effort?: string;
  readonly summary?: string;
  readonly budgetTokens?: number;
  readonly returnState?: boolean;
};

export type OutputFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json-object' }
  | {
      readonly type: 'json-schema';
      readonly name: string;
      readonly schema: JsonObject;
      readonly strict?: boolean;
      readonly description?: string;
    };

/** One turn of the conversation. Consecutive assistant items of a client (reasoning, text, calls) are one
 *  assistant message; consecutive tool outputs are one tool message. */
export type Message = {
  readonly role: Role;
  readonly parts: readonly Part[];
  readonly extensions?: Extensions;
};

export type Role = 'system' | 'developer' | 'user' | 'assistant' | 'tool';

export type Part = TextPart | RefusalPart | ImagePart | ReasoningPart | ToolCallPart | ToolResultPart | OpaquePart;

/** @property phase       the client's mark on assistant text (`commentary`, `final_answer`), replayed to a protocol that knows it.
 *  @property extensions  here and below: members of the part that have no neutral form, or the whole part as its protocol
 *                        has it (`block`), where what stands here is only what others can be told of it. */
export type TextPart = {
  readonly type: 'text';
  readonly text: string;
  readonly phase?: string;
  readonly extensions?: Extensions;
};
export type RefusalPart = { readonly type: 'refusal'; readonly text: string };
/** @property url  an https URL or a data URL. */
export type ImagePart = {
  readonly type: 'image';
  readonly url: string;
  readonly detail?: string;
  readonly extensions?: Extensions;
};

/** What the model thought, with what its maker needs to take it back.
 *  @property texts       summary parts or raw thinking, in order.
 *  @property extensions  a maker's own blob that came without our envelope, so that nothing is known of the maker. */
export type ReasoningPart = {
  readonly type: 'reasoning';
  readonly texts: readonly string[];
  readonly state?: ProviderState;
  readonly extensions?: Extensions;
};

/** @property input  the arguments as the model wrote them, byte for byte: a JSON text for `function` and `search`, raw text for `custom`. */
export type ToolCallPart = {
  readonly type: 'tool-call';
  readonly callId: string;
  readonly kind: ToolCallKind;
  readonly name: ToolName;
  readonly input: string;
  readonly extensions?: Extensions;
};
export type ToolResultPart = {
  readonly type: 'tool-result';
  readonly callId: string;
  readonly kind: ToolCallKind;
  readonly content: readonly (TextPart | ImagePart)[];
  readonly isError?: boolean;
  readonly extensions?: Extensions;
};
/** An item that only its own protocol understands (a hosted search that already ran, a compaction blob). */
export type OpaquePart = { readonly type: 'opaque'; readonly protocol: ProtocolId; readonly value: JsonObject };

/** `function`: JSON arguments; `custom`: free text; `search`: the client's own tool search, JSON arguments. */
export type ToolCallKind = 'function' | 'custom' | 'search';

export type ToolName = { readonly name: string; readonly namespace?: string };

/** @property found       the client's tool search brought it, so that its declaration stands in the history too.
 *  @property extensions  members of the declaration that have no neutral form. */
export type ToolDefinition =
  | {
      readonly kind: 'function';
      readonly name: ToolName;
      readonly description?: string;
      readonly namespaceDescription?: string;
      readonly parameters: JsonObject | null;
      readonly strict?: boolean;
      readonly found?: boolean;
      readonly extensions?: Extensions;
    }
  | {
      readonly kind: 'custom';
      readonly name: ToolName;
      readonly description?: string;
      readonly namespaceDescription?: string;
      readonly grammar?: { readonly syntax: string; readonly definition: string };
      readonly found?: boolean;
      readonly extensions?: Extensions;
    }
  | {
      readonly kind: 'search';
      readonly name: ToolName;
      readonly description?: string;
      readonly parameters: JsonObject | null;
      readonly extensions?: Extensions;
    }
  /** Run by the provider. @property value  the declaration in its own protocol's words. */
  | { readonly kind: 'hosted'; readonly type: string; readonly protocol: ProtocolId; readonly value: JsonObject };

export type ToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' }
  | { readonly type: 'tool'; readonly name: ToolName };

/** A provider's continuation state: thinking signatures, encrypted reasoning, the field that reasoning came in.
 *  Opaque to all but the protocol that made it; a target gets back only what its own deployment made. */
export type ProviderState = {
  readonly protocol: ProtocolId;
  readonly provider: string;
  readonly model: string;
  readonly credentialId?: string;
  readonly value: JsonObject;
};
