import type { ReasoningField } from '../../ir/dialect.ts';
import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { ProviderState } from '../../ir/request.ts';
import type { EgressTarget } from '../protocol.ts';

/** Collects what the provider needs to take its model's thinking back. */
export type ReasoningReader = {
  /** The thinking in a delta, by the first field that has some; '' where there is none. */
  readonly text: (delta: JsonObject) => string;
  /** Thinking was found between tags in the text. */
  readonly foundTags: () => void;
  /** The state of the reasoning block that ends now; the next one begins anew.
   *  @param extra  what must go back with the call that comes next. */
  readonly state: (extra?: JsonObject) => ProviderState | undefined;
  /** Details came that no text announced: encrypted thinking, a late signature. */
  readonly hasDetails: () => boolean;
};

export function reasoningReader(target: EgressTarget | undefined, from: readonly ReasoningField[]): ReasoningReader {
  let details: Detail[] = [];
  /** The last detail of each type and index. */
  let growing = new Map<string, Detail>();
  let field: ReasoningField | 'think-tags' | undefined;

  const text = (delta: JsonObject): string => {
    let found = '';
    for (const candidate of from) {
      switch (candidate) {
        case 'reasoning_content':
        case 'reasoning': {
          const value = delta[candidate];
          if (found === '' && typeof value === 'string' && value !== '') {
            found = value;
            field ??= candidate;
          }
          break;
        }
        case 'reasoning_details': {
          const pieces = delta[candidate];
          if (!Array.isArray(pieces) || pieces.length === 0) break;
          // Details often repeat the text of a plain field: they are kept whole, their text counts only where it is alone.
          let said = '';
          for (const piece of pieces) {
            if (!isJsonObject(piece)) continue;
            said += textOf(piece['text']) || textOf(piece['summary']);
            mergeDetail(details, growing, piece);
          }
          if (found === '') found = said;
          field = candidate;
          break;
        }
        case 'thinking-parts': {
          if (!Array.isArray(delta['content'])) break;
          const said = delta['content'].map(thinkingText).join('');
          if (found === '' && said !== '') {
            found = said;
            field ??= candidate;
          }
          break;
        }
        case 'thinking-blocks':
        case 'items':
          // Fields of other protocols.
          break;
      }
    }
    return found;
  };

  const state = (extra?: JsonObject): ProviderState | undefined => {
    const value: JsonObject = {
      ...(field === undefined ? {} : { field }),
      ...(details.length === 0 ? {} : { reasoning_details: details }),
      ...(extra === undefined ? {} : { extra_content: extra }),
    };
    details = [];
    growing = new Map();
    field = undefined;
    if (target === undefined || Object.keys(value).length === 0) return undefined;
    const { provider, model, credentialId } = target;
    return { protocol: 'openai-chat', provider, model, ...(credentialId === undefined ? {} : { credentialId }), value };
  };

  const foundTags = (): void => {
    field ??= 'think-tags';
  };

  return { text, foundTags, state, hasDetails: () => details.length > 0 };
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The thinking in one part of a content list: `{type: "thinking", thinking: [{type: "text", text}]}`. */
function thinkingText(part: Json): string {
  if (!isJsonObject(part) || part['type'] !== 'thinking') return '';
  const { thinking } = part;
  if (typeof thinking === 'string') return thinking;
  if (!Array.isArray(thinking)) return '';
  return thinking.map((piece) => (isJsonObject(piece) ? textOf(piece['text']) : '')).join('');
}

type Detail = { [key: string]: Json | undefined };

/** Pieces of one detail bear its index; texts grow, everything else is taken as it comes last. */
function mergeDetail(details: Detail[], growing: Map<string, Detail>, piece: JsonObject): void {
  const { type, index, id } = piece;
  const place = JSON.stringify([type, index]);
  const last = growing.get(place);
  const isOther = last === undefined || (typeof id === 'string' && typeof last['id'] === 'string' && last['id'] !== id);
  if (isOther || type === 'reasoning.encrypted') {
    const detail = { ...piece };
    details.push(detail);
    growing.set(place, detail);
    return;
  }
  for (const [key, value] of Object.entries(piece)) {
    if (value === undefined || value === null) continue;
    const before = last[key];
    const grows = (key === 'text' || key === 'summary') && typeof before === 'string' && typeof value === 'string';
    last[key] = grows ? before + value : value;
  }
}
