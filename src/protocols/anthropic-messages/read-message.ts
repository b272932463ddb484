import type { ErrorRules } from '../../ir/dialect.ts';
import type { FinishReason, InferenceEvent } from '../../ir/event.ts';
import type { Failure } from '../../ir/failure.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../ir/json.ts';
import type { ProviderState } from '../../ir/request.ts';
import { type BlockOptions, type CallBlock, SOURCES_LOST, sequenceBlocks } from '../blocks.ts';
import { decodeErrorEvent } from './decode-error.ts';
import { countUsage } from './usage.ts';

/** @property state  makes what a later request gives back to the model that thought: absent where nothing is to be
 *                   given back, as in metering. */
export type ReplyOptions = Pick<BlockOptions, 'names' | 'callId'> & {
  readonly state?: (value: JsonObject) => ProviderState;
  readonly errors?: ErrorRules;
};

/** One reply, event by event or whole. After `finish` or `error` went out, nothing more does.
 *  @property event    one event of a stream.
 *  @property message  a whole message.
 *  @property done     the last event went out. */
export type MessageReader = {
  readonly event: (event: JsonObject) => readonly InferenceEvent[];
  readonly message: (message: JsonObject) => readonly InferenceEvent[];
  readonly fail: (failure: Failure) => readonly InferenceEvent[];
  readonly done: () => boolean;
};

/** A content block between its start and its stop. */
type OpenBlock =
  | { readonly kind: 'text' }
  | { readonly kind: 'thinking'; signature: string }
  | { readonly kind: 'call'; readonly call: CallBlock; readonly given: Json | undefined; fragments: number }
  | { readonly kind: 'server'; readonly value: JsonObject; input: string }
  | { readonly kind: 'skipped' };

export function readMessage(options: ReplyOptions): MessageReader {
  const blocks = sequenceBlocks(options);
  const usage = countUsage();
  const open = new Map<number, OpenBlock>();
  /** A block that has stopped although it may have been cut: it is whole once anything comes after it. */
  let stopped: { readonly call?: CallBlock } | undefined;
  let stopReason: string | undefined;
  let stopSequence: string | undefined;
  let refusal = '';
  let calls = 0;
  let isDone = false;

  const settle = (): void => {
    if (stopped === undefined) return;
    if (stopped.call === undefined) blocks.end();
    else blocks.endCall(stopped.call);
    stopped = undefined;
  };

  const start = (index: number, block: JsonObject): void => {
    settle();
    switch (block['type']) {
      case 'text':
        open.set(index, { kind: 'text' });
        if (options.state !== undefined && Array.isArray(block['citations']) && block['citations'].length > 0)
          blocks.lose(SOURCES_LOST);
        blocks.text(text(block['text']));
        break;
      case 'thinking':
        open.set(index, { kind: 'thinking', signature: text(block['signature']) });
        blocks.reasoning(text(block['thinking']));
        break;
      case 'redacted_thinking':
        open.set(index, { kind: 'skipped' });
        blocks.end(options.state?.({ redacted: text(block['data']) }));
        break;
      case 'tool_use': {
        const call = blocks.openCall();
        calls += 1;
        blocks.extendCall(call, { id: text(block['id']), name: text(block['name']) });
        open.set(index, { kind: 'call', call, given: block['input'], fragments: 0 });
        break;
      }
      default:
        // Tools that the provider ran itself: their calls and results belong to this protocol alone.
        open.set(index, { kind: 'server', value: block, input: '' });
    }
  };

  const extend = (block: OpenBlock, delta: JsonObject): void => {
    switch (block.kind) {
      case 'text':
        if (options.state !== undefined && delta['citation'] !== undefined) blocks.lose(SOURCES_LOST);
        blocks.text(text(delta['text']));
        break;
      case 'thinking':
        blocks.reasoning(text(delta['thinking']));
        block.signature += text(delta['signature']);
        break;
      case 'call': {
        const input = text(delta['partial_json']);
        if (input === '') break;
        block.fragments += 1;
        blocks.extendCall(block.call, { input });
        break;
      }
      case 'server':
        block.input += text(delta['partial_json']);
        break;
      case 'skipped':
        break;
    }
  };

  const stop = (block: OpenBlock): void => {
    switch (block.kind) {
      case 'text':
        stopped = {};
        break;
      case 'thinking':
        // A signature is given to whole thinking only.
        if (block.signature === '') stopped = {};
        else blocks.end(options.state?.({ signature: block.signature }));
        break;
      case 'call':
        if (block.fragments === 0 && isJsonObject(block.given) && Object.keys(block.given).length > 0)
          blocks.extendCall(block.call, { input: JSON.stringify(block.given) });
        // A call that parses whole was not cut: the client may run it at once.
        if (blocks.isWhole(block.call)) blocks.endCall(block.call);
        else stopped = { call: block.call };
        break;
      case 'server':
        blocks.emit({ type: 'opaque', protocol: 'anthropic-messages', value: wholeBlock(block.value, block.input) });
        break;
      case 'skipped':
        break;
    }
  };

  const delta = (value: Json | undefined): void => {
    if (!isJsonObject(value)) return;
    if (typeof value['stop_reason'] === 'string') stopReason = value['stop_reason'];
    if (typeof value['stop_sequence'] === 'string') stopSequence = value['stop_sequence'];
    const details = value['stop_details'];
    if (isJsonObject(details)) refusal = text(details['explanation']) || declined(text(details['category']));
  };

  const last = (...events: readonly InferenceEvent[]): readonly InferenceEvent[] => {
    isDone = true;
    const total = usage.total();
    return [...blocks.take(), ...(total === undefined ? [] : [{ type: 'usage', usage: total } as const]), ...events];
  };

  const finish = (): readonly InferenceEvent[] => {
    const reason = finishReason(stopReason, calls > 0);
    const words = refusal || declined('');
    if (reason === 'refusal') blocks.refusal(words);
    else if (reason !== 'length') settle();
    const failure = blocks.finish(reason);
    if (failure === undefined)
      return last({ type: 'finish', reason, ...(stopSequence === undefined ? {} : { stopSequence }) });
    return last({ type: 'error', failure: reason === 'refusal' ? { ...failure, message: words } : failure });
  };

  const head = (message: JsonObject): void => {
    usage.add(message['usage']);
    blocks.emit({
      type: 'response-start',
      ...(text(message['id']) === '' ? {} : { id: text(message['id']) }),
      ...(text(message['model']) === '' ? {} : { model: text(message['model']) }),
    });
  };

  const event = (value: JsonObject): readonly InferenceEvent[] => {
    const index = typeof value['index'] === 'number' ? value['index'] : 0;
    switch (value['type']) {
      case 'message_start':
        if (isJsonObject(value['message'])) head(value['message']);
        break;
      case 'content_block_start':
        if (isJsonObject(value['content_block'])) start(index, value['content_block']);
        break;
      case 'content_block_delta': {
        const block = open.get(index);
        if (block !== undefined && isJsonObject(value['delta'])) extend(block, value['delta']);
        break;
      }
      case 'content_block_stop': {
        const block = open.get(index);
        open.delete(index);
        if (block !== undefined) stop(block);
        break;
      }
      case 'message_delta':
        delta(value['delta']);
        usage.add(value['usage']);
        break;
      case 'message_stop':
        return finish();
      case 'error':
        return last({ type: 'error', failure: decodeErrorEvent(value, options.errors) });
    }
    return blocks.take();
  };

  const message = (value: JsonObject): readonly InferenceEvent[] => {
    head(value);
    const content = Array.isArray(value['content']) ? value['content'] : [];
    for (const [index, block] of content.entries()) {
      if (!isJsonObject(block)) continue;
      start(index, block);
      const started = open.get(index);
      if (started !== undefined) stop(started);
    }
    delta(value);
    return finish();
  };

  return { event, message, fail: (failure) => last({ type: 'error', failure }), done: () => isDone };
}

/** Stop reasons, and what is made of them: a reply that ran into a limit is incomplete, one that the provider paused
 *  for its own tools is what it is so far. */
function finishReason(reason: string | undefined, called: boolean): FinishReason {
  switch (reason) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length';
    case 'refusal':
      return 'refusal';
    default:
      return called ? 'tool-calls' : 'stop';
  }
}

function declined(category: string): string {
  return `The model declined to answer this request${category === '' ? '' : ` (category: ${category})`}.`;
}

function wholeBlock(value: JsonObject, input: string): JsonObject {
  const parsed = parseJson(input);
  return parsed === undefined ? value : { ...value, input: parsed };
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
