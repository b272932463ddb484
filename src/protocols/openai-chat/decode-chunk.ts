import type { FinishReason, InferenceEvent } from '../../ir/event.ts';
import type { Failure } from '../../ir/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import { SOURCES_LOST, sequenceBlocks } from '../blocks.ts';
import type { EgressTarget } from '../protocol.ts';
import { type ThinkSink, thinkTags } from '../think-tags.ts';
import type { ToolNames } from '../tool-names.ts';
import { errorInside } from './decode-error.ts';
import { reasoningReader } from './decode-reasoning.ts';
import { toolCallReader } from './decode-tool-calls.ts';
import { usageReader } from './decode-usage.ts';
import { decodeFinishReason, type Ending } from './finish-reason.ts';
import { whiteSpaceWatch } from './white-space.ts';

/** What one reply is read with. Holds nothing of the request's body, which is long gone when the reply ends.
 *  @property target  whose reply it is; without it, as beside a reply that passes as bytes, no continuation state is made. */
export type ReplyReading = {
  readonly target?: EgressTarget;
  readonly names: Pick<ToolNames, 'lookup'>;
  readonly callId: (given: string | undefined) => string;
};

/** Chunks, or one whole reply, as events.
 *  @property finish  the terminal sign, or the end of the bytes: the last events.
 *  @property fail    the reply ends in this failure.
 *  @property isOver  the last event was given out. */
export type ChunkDecoder = {
  readonly chunk: (chunk: JsonObject) => void;
  readonly finish: () => void;
  readonly fail: (failure: Failure) => void;
  readonly isOver: () => boolean;
  readonly take: () => InferenceEvent[];
};

export function chunkDecoder(reading: ReplyReading): ChunkDecoder {
  const rules = reading.target?.dialect.reasoning;
  const counting = usageReader(reading.target?.dialect.usage);
  const errors = reading.target?.dialect.errors;
  const thinking = reasoningReader(reading.target, rules?.from ?? ['reasoning_content', 'reasoning']);
  const blocks = sequenceBlocks({
    names: reading.names,
    callId: reading.callId,
    reasoningState: () => thinking.state(),
  });
  const calls = toolCallReader(blocks, (extra) => blocks.end(thinking.state(extra)));
  const tags = rules?.thinkTags === true ? thinkTags() : undefined;
  const tagged: ThinkSink = {
    text: blocks.text,
    reasoning: (piece) => {
      thinking.foundTags();
      blocks.reasoning(piece);
    },
  };
  const watch = whiteSpaceWatch();
  let started = false;
  let called = false;
  let answered = false;
  let refused = false;
  let ending: Ending | undefined;
  let usage: JsonObject | undefined;
  let over = false;

  const start = (chunk: JsonObject): void => {
    const { id, model } = chunk;
    blocks.emit({
      type: 'response-start',
      ...(typeof id === 'string' && id !== '' ? { id } : {}),
      ...(typeof model === 'string' && model !== '' ? { model } : {}),
    });
    started = true;
  };

  const reason = (piece: string): void => {
    if (watch.runsAway(piece)) runaway();
    else blocks.reasoning(piece);
  };

  const text = (piece: string): void => {
    if (piece === '' || over) return;
    if (watch.runsAway(piece)) {
      runaway();
      return;
    }
    if (!answered) endThinking();
    answered = true;
    if (tags === undefined) blocks.text(piece);
    else tags.push(piece, tagged);
  };

  /** Encrypted thinking and late signatures come without any text: they are a block of their own. */
  const endThinking = (): void => {
    if (thinking.hasDetails()) blocks.end(thinking.state());
  };

  const runaway = (): void =>
    fail({ kind: 'runaway', message: 'The model wrote nothing but white space and was stopped.' });

  const readDelta = (delta: JsonObject): void => {
    const thought = thinking.text(delta);
    if (thought !== '') reason(thought);
    const { content, refusal, annotations } = delta;
    if (reading.target !== undefined && Array.isArray(annotations) && annotations.length > 0) blocks.lose(SOURCES_LOST);
    const toolCalls = callsIn(delta);
    if (typeof content === 'string') text(content);
    else if (Array.isArray(content)) for (const part of content) text(textOfPart(part));
    if (typeof refusal === 'string' && refusal !== '' && !over) {
      refused = true;
      blocks.refusal(refusal);
    }
    if (toolCalls.length === 0 || over) return;
    called = true;
    tags?.end(tagged);
    endThinking();
    calls.push(toolCalls);
    if (toolCalls.some((call) => watch.runsAway(argumentsPiece(call)))) runaway();
  };

  const readChoice = (choice: JsonObject): void => {
    const { delta, message, finish_reason: word } = choice;
    if (isJsonObject(delta)) readDelta(delta);
    // A whole message instead of deltas; after deltas it only repeats them.
    else if (isJsonObject(message) && !answered && !called) readDelta(message);
    if (typeof word === 'string' && word !== '' && !isFinal(ending)) ending = decodeFinishReason(word);
  };

  const chunk = (value: JsonObject): void => {
    if (over) return;
    const told = counting.find(value);
    // Every chunk may hold the counts so far; the last ones that count anything stand.
    if (told !== undefined && (usage === undefined || counting.counts(told))) usage = told;
    const { choices } = value;
    const failure = errorInside(value, errors);
    if (failure !== undefined) {
      fail(failure);
      return;
    }
    const choice = Array.isArray(choices) ? choices[0] : undefined;
    if (!isJsonObject(choice)) return;
    if (!started) start(value);
    readChoice(choice);
  };

  const end = (last: InferenceEvent): void => {
    over = true;
    const counted = usage === undefined ? undefined : counting.read(usage);
    if (counted !== undefined) blocks.conclude({ type: 'usage', usage: counted });
    blocks.conclude(last);
  };

  const fail = (failure: Failure): void => {
    if (!over) end({ type: 'error', failure });
  };

  const finish = (): void => {
    if (over) return;
    if (ending === undefined) fail(BROKEN_OFF);
    else if (ending.type === 'failure') fail({ kind: ending.kind, message: ending.message });
    else conclude(ending.reason);
  };

  const conclude = (reason: FinishReason): void => {
    tags?.end(tagged);
    if (reason === 'stop' || reason === 'tool-calls') endThinking();
    if (reason !== 'length' && reason !== 'content-filter') calls.end();
    const broken = blocks.finish(reason);
    if (broken === undefined) end({ type: 'finish', reason: reasonGiven(reason, called, refused && !answered) });
    else fail(broken);
  };

  return { chunk, finish, fail, isOver: () => over, take: blocks.take };
}

const BROKEN_OFF: Failure = {
  kind: 'cut',
  message: 'The reply broke off: it ended without saying how it ended.',
};

/** A reply that was cut short stays so, whatever a later chunk says. */
function isFinal(ending: Ending | undefined): boolean {
  return ending?.type === 'finish' && (ending.reason === 'length' || ending.reason === 'content-filter');
}

/** Some servers say `stop` although a tool was called, some the reverse. */
function reasonGiven(reason: FinishReason, called: boolean, refused: boolean): FinishReason {
  if (reason !== 'stop' && reason !== 'tool-calls') return reason;
  if (called) return 'tool-calls';
  return refused ? 'refusal' : 'stop';
}

/** Tool calls, or the one call of the form that was before them, which a few servers still answer with. */
function callsIn({ tool_calls: calls, function_call: old }: JsonObject): readonly Json[] {
  if (Array.isArray(calls) && calls.length > 0) return calls;
  const isCall = isJsonObject(old) && Boolean(old['name'] || old['arguments']);
  return isCall ? [{ index: 0, function: old }] : [];
}

function textOfPart(part: Json): string {
  if (typeof part === 'string') return part;
  return isJsonObject(part) && part['type'] !== 'thinking' && typeof part['text'] === 'string' ? part['text'] : '';
}

function argumentsPiece(call: Json): string {
  const called = isJsonObject(call) ? call['function'] : undefined;
  const input = isJsonObject(called) ? called['arguments'] : undefined;
  return typeof input === 'string' ? input : '';
}
