import type { FinishReason, InferenceEvent } from './event.ts';
import type { Failure } from './failure.ts';
import type { OpaquePart, ReasoningPart, RefusalPart, TextPart, ToolCallPart } from './request.ts';
import type { Usage } from './usage.ts';

/** A whole reply: the fold of its events. A unary reply is a stream that arrived at once.
 *  @property cut  the last part was still open when the reply finished. */
export type InferenceResponse = {
  readonly id?: string;
  readonly model?: string;
  readonly parts: readonly ReplyPart[];
  readonly cut: boolean;
  readonly usage?: Usage;
  readonly finish: FinishReason;
  readonly stopSequence?: string;
};

export type ReplyPart = TextPart | RefusalPart | ReasoningPart | ToolCallPart | OpaquePart;

export type FoldedReply =
  | { readonly ok: true; readonly response: InferenceResponse }
  | { readonly ok: false; readonly failure: Failure };

export function foldEvents(events: readonly InferenceEvent[]): FoldedReply {
  const parts: ReplyPart[] = [];
  let id: string | undefined;
  let model: string | undefined;
  let usage: Usage | undefined;
  let open: ReplyPart | undefined;
  let texts: string[] = [];
  for (const event of events) {
    switch (event.type) {
      case 'response-start':
        id ??= event.id;
        model ??= event.model;
        break;
      case 'text-start':
        open = event.phase === undefined ? { type: 'text', text: '' } : { type: 'text', text: '', phase: event.phase };
        texts = [''];
        break;
      case 'refusal-start':
        open = { type: 'refusal', text: '' };
        texts = [''];
        break;
      case 'reasoning-start':
        open = { type: 'reasoning', texts: [] };
        texts = [''];
        break;
      case 'reasoning-part':
        texts.push('');
        break;
      case 'tool-call-start':
        open = { type: 'tool-call', callId: event.callId, kind: event.kind, name: event.name, input: '' };
        texts = [''];
        break;
      case 'text-delta':
      case 'refusal-delta':
      case 'reasoning-delta':
        texts[texts.length - 1] += event.text;
        break;
      case 'tool-call-delta':
        texts[texts.length - 1] += event.input;
        break;
      case 'text-end':
      case 'refusal-end':
      case 'tool-call-end':
        if (open !== undefined) parts.push(closed(open, texts));
        open = undefined;
        break;
      case 'reasoning-end':
        if (open?.type === 'reasoning') {
          const part = { ...open, texts: texts.filter((text) => text !== '') };
          parts.push(event.state === undefined ? part : { ...part, state: event.state });
        }
        open = undefined;
        break;
      case 'opaque':
        parts.push({ type: 'opaque', protocol: event.protocol, value: event.value });
        break;
      case 'usage':
        usage = event.usage;
        break;
      case 'loss':
        break;
      case 'error':
        return { ok: false, failure: event.failure };
      case 'finish': {
        const cut = open !== undefined;
        if (open !== undefined) parts.push(closed(open, texts));
        return {
          ok: true,
          response: {
            ...(id === undefined ? {} : { id }),
            ...(model === undefined ? {} : { model }),
            ...(usage === undefined ? {} : { usage }),
            parts,
            cut,
            finish: event.reason,
            ...(event.stopSequence === undefined ? {} : { stopSequence: event.stopSequence }),
          },
        };
      }
    }
  }
  return { ok: false, failure: { kind: 'cut', message: 'The reply ended without its terminal sign.' } };
}

function closed(part: ReplyPart, texts: readonly string[]): ReplyPart {
  switch (part.type) {
    case 'reasoning':
      return { ...part, texts: texts.filter((text) => text !== '') };
    case 'tool-call':
      return { ...part, input: texts.join('') };
    case 'text':
    case 'refusal':
      return { ...part, text: texts.join('') };
    case 'opaque':
      return part;
  }
}
