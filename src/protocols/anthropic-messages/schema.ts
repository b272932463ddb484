import type { Json, JsonObject } from '../../ir/json.ts';

/** The request as the Messages API takes it, as far as we speak it.
 *  @see https://platform.claude.com/docs/en/api/messages */
export type MessagesRequest = {
  readonly system: readonly TextBlock[];
  readonly messages: readonly Turn[];
};

/** Turns alternate and begin with the user's. */
export type Turn = { readonly role: 'user' | 'assistant'; readonly content: readonly ContentBlock[] };

export type TextBlock = { readonly type: 'text'; readonly text: string; readonly cache_control?: CacheControl };

export type ImageBlock = {
  readonly type: 'image';
  readonly source:
    | { readonly type: 'base64'; readonly media_type: string; readonly data: string }
    | { readonly type: 'url'; readonly url: string };
  readonly cache_control?: CacheControl;
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
      readonly content: readonly (TextBlock | ImageBlock)[];
      readonly is_error?: true;
      readonly cache_control?: CacheControl;
    }
  /** A block that the provider's own tools made, given back as it came. */
  | { readonly type: 'server'; readonly value: JsonObject };

type CacheControl = { readonly type: 'ephemeral' };

export type ToolDeclaration = { readonly [member: string]: Json | undefined };
