import type { InferenceEvent } from '../../ir/event.ts';
import type { Failure } from '../../ir/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { ProviderState } from '../../ir/request.ts';
import { type BlockOptions, sequenceBlocks } from '../blocks.ts';
import { decodeErrorObject } from './decode-error.ts';
import { blockWords, decodeFinishReason } from './finish-reason.ts';
import { readCalls } from './read-calls.ts';
import type { Kept } from './signatures.ts';
import { readUsage } from './usage.ts';

/** @property state  makes what a later request gives back to the model: absent where nothing is, as in metering. */
export type ReplyOptions = Pick<BlockOptions, 'names' | 'callId'> & {
  readonly state?: (value: Kept) => ProviderState;
};

/** One reply, piece by piece; every piece has the form of a whole one. The contract has no sign for the end: a stream
 *  ends where it ends, and is whole if a piece gave a reason.
 *  @property end   the stream is over.
 *  @property done  the last event went out. */
export type ReplyReader = {
  readonly piece: (value: JsonObject) => readonly InferenceEvent[];
  readonly end: () => readonly InferenceEvent[];
  readonly fail: (failure: Failure) => readonly InferenceEvent[];
  readonly done: () => boolean;
};

export function readReply(options: ReplyOptions): ReplyReader {
  const blocks = sequenceBlocks({ names: options.names, callId: (given) => given ?? '' });
  const usage = readUsage();
  let begun = false;
  let spoke = false;
  let finishReason = '';
  let finishMessage = '';
  let blockReason: string | undefined;
  let grounding: JsonObject | undefined;
  let isDone = false;

  /** Each kept thing is a thought of its own, in its place: nothing else comes back from an agent unchanged. */
  const keep = (kept: Kept): void => {
    const state = options.state?.(kept);
    if (state === undefined) blocks.end();
    else blocks.end(state);
  };
  const calls = readCalls(blocks, options.callId, keep);

  const last = (...events: readonly InferenceEvent[]): readonly InferenceEvent[] => {
    isDone = true;
    const total = usage.total();
    return [...blocks.take(), ...(total === undefined ? [] : [{ type: 'usage', usage: total } as const]), ...events];
  };
  const fail = (failure: Failure): readonly InferenceEvent[] => last({ type: 'error', failure });

  const sayText = (said: string, signature: string | undefined): void => {
    spoke ||= /\S/.test(said);
    blocks.text(said);
    if (signature === undefined) return;
    blocks.end();
    keep({ of: 'text', length: said.length, signature });
  };

  const part = (value: JsonObject): Failure | undefined => {
    const signature = text(value['thoughtSignature']) || undefined;
    const call = value['functionCall'];
    if (isJsonObject(call)) return calls.add(call, signature);
    if (value['thought'] === true) {
      blocks.reasoning(text(value['text']));
      if (signature !== undefined) keep({ of: 'thought', signature });
    } else if (typeof value['text'] === 'string') sayText(value['text'], signature);
    else if (OWN.some((name) => isJsonObject(value[name]))) {
      blocks.end();
      keep({ of: 'part', part: value });
    } else if (signature !== undefined) sayText('', signature);
    else lose(value);
    return undefined;
  };

  /** Media that the model made. */
  const lose = (value: JsonObject): void => {
    const [name] = Object.keys(value);
    if (name === undefined) return;
    blocks.emit({ type: 'opaque', protocol: 'gemini', value });
    blocks.emit({ type: 'loss', loss: { path: `parts.${name}`, why: 'A reply carries text and calls only.' } });
  };

  const candidate = (value: JsonObject): Failure | undefined => {
    const content = value['content'];
    const parts = isJsonObject(content) && Array.isArray(content['parts']) ? content['parts'] : [];
    for (const each of parts) {
      const failure = isJsonObject(each) ? part(each) : undefined;
      if (failure !== undefined) return failure;
    }
    finishReason = text(value['finishReason']) || finishReason;
    finishMessage = text(value['finishMessage']) || finishMessage;
    if (isJsonObject(value['groundingMetadata'])) grounding = { ...grounding, ...value['groundingMetadata'] };
    return undefined;
  };

  const piece = (value: JsonObject): readonly InferenceEvent[] => {
    if (isDone) return [];
    if (value['error'] !== undefined) return fail(decodeErrorObject(value));
    usage.add(value['usageMetadata']);
    if (!begun) {
      begun = true;
      blocks.emit({
        type: 'response-start',
        ...named('id', value['responseId']),
        ...named('model', value['modelVersion']),
      });
    }
    const feedback = value['promptFeedback'];
    if (isJsonObject(feedback) && typeof feedback['blockReason'] === 'string')
      blockReason = blockWords(feedback['blockReason'], text(feedback['blockReasonMessage']));
    const candidates = Array.isArray(value['candidates']) ? value['candidates'] : [];
    const first = candidates.find(isFirst);
    const failure = isJsonObject(first) ? candidate(first) : undefined;
    return failure === undefined ? blocks.take() : fail(failure);
  };

  const refuse = (words: string): readonly InferenceEvent[] => {
    blocks.refusal(words);
    const failure = blocks.finish('refusal');
    return failure === undefined ? last({ type: 'finish', reason: 'refusal' }) : fail({ ...failure, message: words });
  };

  const end = (): readonly InferenceEvent[] => {
    if (isDone) return [];
    if (blockReason !== undefined) return refuse(blockReason);
    if (finishReason === '') return fail({ kind: 'cut', message: 'The reply ended without a reason (finishReason).' });
    const ending = decodeFinishReason(finishReason, finishMessage, calls.count() > 0);
    if (ending.type === 'failure') return fail({ kind: ending.kind, message: ending.message, code: finishReason });
    if (ending.type === 'blocked' && !spoke && calls.count() === 0) return refuse(ending.words);
    if (grounding !== undefined) {
      blocks.emit({ type: 'opaque', protocol: 'gemini', value: { groundingMetadata: grounding } });
      blocks.emit({
        type: 'loss',
        loss: { path: 'groundingMetadata', why: 'The sources of a search have no place in the reply.' },
      });
    }
    const reason = ending.type === 'blocked' ? 'content-filter' : ending.reason;
    const failure = blocks.finish(reason);
    return failure === undefined ? last({ type: 'finish', reason }) : fail(failure);
  };

  return { piece, end, fail: (failure) => (isDone ? [] : fail(failure)), done: () => isDone };
}

function isFirst(candidate: Json): boolean {
  return isJsonObject(candidate) && (candidate['index'] ?? 0) === 0;
}

/** Parts that the provider's own tools made. */
const OWN: readonly string[] = ['toolCall', 'toolResponse', 'executableCode', 'codeExecutionResult'];

function named(name: string, value: Json | undefined): { readonly [name: string]: string } {
  return text(value) === '' ? {} : { [name]: text(value) };
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
