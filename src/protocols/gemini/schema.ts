import type { JsonObject } from '../../ir/json.ts';

/** One turn. Instructions stand beside the turns, in `systemInstruction`.
 *  @see https://ai.google.dev/api/caching#Content */
export type Content = { readonly role: 'user' | 'model'; readonly parts: readonly Part[] };

/** A part as we write it, and one of the provider's own that goes back as it came. */
export type Part = TextPart | ImageDataPart | FunctionCallPart | FunctionResponsePart | OwnPart;

export type TextPart = {
  readonly kind: 'text';
  readonly text: string;
  readonly thought?: true;
  readonly thoughtSignature?: string;
};

export type ImageDataPart =
  | { readonly kind: 'image'; readonly inlineData: { readonly mimeType: string; readonly data: string } }
  | { readonly kind: 'image'; readonly fileData: { readonly mimeType: string; readonly fileUri: string } };

/** @property members  beside the call itself: its signature, or what stands for one. */
export type FunctionCallPart = {
  readonly kind: 'call';
  readonly functionCall: { readonly id: string; readonly name: string; readonly args: JsonObject };
  readonly members: JsonObject;
};

export type FunctionResponsePart = { readonly kind: 'response'; readonly functionResponse: JsonObject };

export type OwnPart = { readonly kind: 'own'; readonly value: JsonObject };

export function partJson(part: Part): JsonObject {
  switch (part.kind) {
    case 'own':
      return part.value;
    case 'call':
      return { functionCall: part.functionCall, ...part.members };
    case 'text':
    case 'image':
    case 'response': {
      const { kind: _, ...members } = part;
      return members;
    }
  }
}
