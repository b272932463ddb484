import type { ErrorRules } from '../../ir/dialect.ts';
import type { FinishReason, InferenceEvent } from '../../ir/event.ts';
import type { Failure } from '../../ir/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import { type Usage, usageFromInclusive } from '../../ir/usage.ts';
import { type Blocks, sequenceBlocks } from '../blocks.ts';
import { decodeOpenAiErrorObject } from '../openai-error.ts';
import type { EgressTarget } from '../protocol.ts';
import type { ToolNames } from '../tool-names.ts';
import { reasoningState } from './encode-reasoning.ts';
import { lookupCall } from './read-call.ts';
import { itemReader } from './read-item.ts';

/** What one reply is read with. Holds nothing of the request's body, which is long gone when the reply ends.
 *  @property target  whose reply it is; without it, as beside a reply that passes as bytes, no continuation state is made. */
export type ReplyReading = {
  readonly target?: EgressTarget;
  readonly names: Pick<ToolNames, 'lookup'>;
  readonly callId: (given: string | undefined) => string;
};

/** The events of a stream, or one whole response object, as neutral events.
 *  @property event     one event of a stream. @param name  the frame's own name, for servers that leave `type` out.
 *  @property response  a whole response object.
 *  @property fail      the reply ends in this failure. */
export type ReplyReader = {
  readonly event: (event: JsonObject, name: string | undefined) => void;
  readonly response: (response: JsonObject) => void;
  readonly fail: (failure: Failure) => void;
  readonly isOver: () => boolean;
  readonly take: () => InferenceEvent[];
};

export function replyReader(reading: ReplyReading): ReplyReader {
  const { target } = reading;
  const thought: { encrypted?: string; raw: boolean } = { raw: false };
  const blocks: Blocks = sequenceBlocks({
    names: { lookup: (key) => lookupCall(key, reading.names) },
    callId: reading.callId,
    reasoningState: () => {
      const { encrypted, raw } = thought;
      delete thought.encrypted;
      thought.raw = false;
      if (target === undefined || (encrypted === undefined && !raw)) return undefined;
      const blob = encrypted === undefined ? {} : { encrypted_content: encrypted };
      return reasoningState(target, raw ? { ...blob, raw } : blob);
    },
  });
  const items = itemReader(blocks, thought, target);
  const errors = target?.dialect.errors;
  let started = false;
  let over = false;

  const start = (response: JsonObject): void => {
    if (started) return;
    started = true;
    const { id, model } = response;
    blocks.emit({
      type: 'response-start',
      ...(typeof id === 'string' && id !== '' ? { id } : {}),
      ...(typeof model === 'string' && model !== '' ? { model } : {}),
    });
  };

  const conclude = (usage: Usage | undefined, last: InferenceEvent): void => {
    if (usage !== undefined) blocks.conclude({ type: 'usage', usage });
    blocks.conclude(last);
    over = true;
  };

  const fail = (failure: Failure, usage?: Usage): void => {
    if (!over) conclude(usage, { type: 'error', failure });
  };

  const finish = (reason: FinishReason, usage: Usage | undefined): void => {
    items.finish(reason === 'length' || reason === 'content-filter');
    const failure = blocks.finish(reason);
    conclude(usage, failure === undefined ? { type: 'finish', reason } : { type: 'error', failure });
  };

  /** The reply is over, in whatever way its response object says. */
  const end = (response: JsonObject): void => {
    start(response);
    const usage = usageOf(response['usage']);
    const status = response['status'];
    if (isJsonObject(response['error']) || status === 'failed' || status === 'cancelled') {
      fail(failureOf(response, status, errors), usage);
      return;
    }
    // Items that were never streamed, or of which only the beginning was.
    const output = Array.isArray(response['output']) ? response['output'] : [];
    for (const [index, item] of output.entries()) if (isJsonObject(item)) items.done(index, item);
    finish(status === 'incomplete' ? incompleteReason(response) : items.reason(), usage);
  };

  return {
    event: (event, name) => {
      if (over) return;
      const type = typeof event['type'] === 'string' ? event['type'] : name;
      switch (type) {
        case 'response.created':
        case 'response.in_progress':
        case 'response.queued':
          start(isJsonObject(event['response']) ? event['response'] : {});
          break;
        case 'response.completed':
        case 'response.incomplete':
        case 'response.failed':
        case 'response.done':
          end({
            status: type.slice('response.'.length),
            ...(isJsonObject(event['response']) ? event['response'] : {}),
          });
          break;
        case 'error':
          fail(decodeOpenAiErrorObject(event, errors));
          break;
        case undefined:
          // An error body in the place of an event.
          if (event['error'] !== undefined) fail(decodeOpenAiErrorObject(event, errors));
          break;
        default:
          start({});
          items.event(type, event);
      }
    },
    response: (response) => {
      if (over) return;
      const status = response['status'];
      if (status === 'in_progress' || status === 'queued') fail(UNFINISHED);
      else if (Array.isArray(response['output']) || typeof status === 'string') end(response);
      else fail(decodeOpenAiErrorObject(response, errors));
    },
    fail,
    isOver: () => over,
    take: blocks.take,
  };
}

const UNFINISHED: Failure = {
  kind: 'cut',
  message: 'The provider sent a reply that it had not finished, and no stream that goes on.',
};

function failureOf(response: JsonObject, status: Json | undefined, errors: ErrorRules | undefined): Failure {
  if (isJsonObject(response['error'])) return decodeOpenAiErrorObject(response['error'], errors);
  const how = status === 'cancelled' ? 'cancelled the reply' : 'reported that the reply failed, and not why';
  return { kind: 'server-error', message: `The provider ${how}.` };
}

function incompleteReason(response: JsonObject): FinishReason {
  const details = response['incomplete_details'];
  return isJsonObject(details) && details['reason'] === 'content_filter' ? 'content-filter' : 'length';
}

function usageOf(value: Json | undefined): Usage | undefined {
  if (!isJsonObject(value)) return undefined;
  const input = isJsonObject(value['input_tokens_details']) ? value['input_tokens_details'] : {};
  const output = isJsonObject(value['output_tokens_details']) ? value['output_tokens_details'] : {};
  const count = (number: Json | undefined): number => (typeof number === 'number' ? number : 0);
  return usageFromInclusive({
    input: count(value['input_tokens']),
    cacheRead: count(input['cached_tokens']),
    cacheWrite: count(input['cache_write_tokens']),
    output: count(value['output_tokens']),
    reasoning: count(output['reasoning_tokens']),
  });
}
