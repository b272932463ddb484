import { append } from '../../ir/append.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import type { ProviderState, ReasoningPart } from '../../ir/request.ts';
import { isEnvelope, makeEnvelope, readEnvelope } from '../envelope.ts';

/** How a model's thinking travels through a client of Chat Completions: its text in `reasoning_content`, and what its
 *  maker needs to take it back in `reasoning_details`, in the form in which clients already keep such for OpenRouter.
 *  Some send the details back in the text's place: so they hold the text of their block, too.
 *  Source: https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks */

/** @param index  counts the blocks of one reply. */
export function encodeDetails(text: string, state: ProviderState, index: number): readonly JsonObject[] {
  const encrypted = { type: 'reasoning.encrypted', data: makeEnvelope(state), format: 'unknown', index };
  return text === '' ? [encrypted] : [{ type: 'reasoning.text', text, format: 'unknown', index }, encrypted];
}

type Thinking = {
  readonly reasoning_content?: string | null | undefined;
  readonly reasoning?: string | null | undefined;
  readonly reasoning_details?: readonly JsonObject[] | null | undefined;
};

/** What an assistant message holds of the model's thinking. Without our envelope nothing is known of its maker: the
 *  members stay beside it as they came, for providers of this protocol. */
export function decodeThinking(message: Thinking): readonly ReasoningPart[] {
  const details = message.reasoning_details ?? [];
  const plain = message.reasoning_content || message.reasoning || '';
  const parts = details.some(holdsEnvelope) ? partsOf(details) : [];
  const [only] = parts;
  if (parts.length === 1 && only?.texts.length === 0 && plain !== '') return [{ ...only, texts: [plain] }];
  if (parts.length > 0) return parts;
  const texts = plain === '' ? textsOf(details) : [plain];
  if (texts.length === 0 && details.length === 0) return [];
  const own = details.length === 0 ? { reasoning_content: plain } : { reasoning_details: details };
  return [{ type: 'reasoning', texts, extensions: { 'openai-chat': own } }];
}

/** Each envelope ends a block; the texts before it are its. */
function partsOf(details: readonly JsonObject[]): readonly ReasoningPart[] {
  const parts: ReasoningPart[] = [];
  let texts: string[] = [];
  for (const detail of details) {
    append(texts, textsOf([detail]));
    if (!holdsEnvelope(detail)) continue;
    const state = readEnvelope(textOf(detail['data']));
    parts.push({ type: 'reasoning', texts, ...(state === undefined ? {} : { state }) });
    texts = [];
  }
  return parts;
}

function holdsEnvelope(detail: JsonObject): boolean {
  return isEnvelope(textOf(detail['data']));
}

function textsOf(details: readonly JsonObject[]): string[] {
  return details.map((detail) => textOf(detail['text']) || textOf(detail['summary'])).filter((text) => text !== '');
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
