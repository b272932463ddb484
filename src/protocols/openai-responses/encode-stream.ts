import { type Caller, isCodex } from '../../ir/caller.ts';
import type { FinishReason, InferenceEvent } from '../../ir/event.ts';
import type { Failure } from '../../ir/failure.ts';
import type { JsonObject } from '../../ir/json.ts';
import { unreachable } from '../../ir/non-empty.ts';
import type { ProviderState } from '../../ir/request.ts';
import type { Usage } from '../../ir/usage.ts';
import type { SseFrame } from '../../wire/sse.ts';
import type { Transducer } from '../../wire/transducer.ts';
import type { ReplyContext } from '../protocol.ts';
import { wholeCharacters } from '../whole-characters.ts';
import { streamError } from './encode-error.ts';
import {
  type ItemSlot,
  type OpenItem,
  type OpenReasoning,
  openCall,
  openMessage,
  openReasoning,
  wholeItem,
} from './encode-item.ts';
import { type ResponseState, responseWriter } from './response-object.ts';

/** Events as the frames of a streamed response. One output item is open at a time; a second `response-start` and all
 *  that follows the end are ignored; an end without a terminal event is a failure. */
export function encodeStream(context: ReplyContext): Transducer<InferenceEvent, SseFrame> {
  const encoder = new StreamEncoder(context);
  return {
    push: (event) => {
      encoder.accept(event);
      return encoder.take();
    },
    end: () => {
      encoder.fail({ kind: 'cut', message: 'The reply ended before it was complete.' });
      return [...encoder.take(), DONE];
    },
  };
}

/** The sign that Open Responses wants behind the last event. OpenAI's own API sends none, and Codex skips it.
 *  Source: https://www.openresponses.org/specification */
const DONE: SseFrame = { data: '[DONE]' };

/** What a client sees of a model that declined without a word. */
const SILENT_REFUSAL = 'The model declined to answer.';

const INCOMPLETE = { length: 'max_output_tokens', 'content-filter': 'content_filter' } as const;

class StreamEncoder {
  readonly #caller: Caller;
  readonly #responseId: string;
  readonly #write: (state: ResponseState) => string;
  readonly #wantsEnvelope: boolean;
  readonly #output: string[] = [];
  #frames: SseFrame[] = [];
  #sequence = 0;
  #items = 0;
  #started = false;
  #ended = false;
  #usage: Usage | undefined;
  /** The open block. It becomes an item with its first piece, so that an empty one leaves no trace. */
  #open: OpenItem | undefined;
  #begin: (() => OpenItem) | undefined;
  #reasoning: OpenReasoning | undefined;
  #hasSpoken = false;
  readonly #characters = wholeCharacters();

  constructor(context: ReplyContext) {
    // The context itself is let go: thousands of open streams must not each hold their request.
    this.#caller = context.caller;
    this.#responseId = context.responseId;
    this.#write = responseWriter(context);
    this.#wantsEnvelope = context.echo.reasoning.returnState === true;
  }

  take(): readonly SseFrame[] {
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }

  accept(event: InferenceEvent): void {
    if (this.#ended) return;
    switch (event.type) {
      case 'text-delta':
      case 'refusal-delta':
      case 'reasoning-delta':
        this.#delta(event.text);
        break;
      case 'tool-call-delta':
        this.#delta(event.input);
        break;
      case 'response-start':
        this.#start();
        break;
      case 'text-start':
        this.#block(() => openMessage(this.#slot(), 'output_text', event.phase));
        break;
      case 'refusal-start': {
        // Codex shows no refusal part.
        const kind = isCodex(this.#caller) ? 'output_text' : 'refusal';
        this.#block(() => openMessage(this.#slot(), kind, undefined));
        break;
      }
      case 'reasoning-start':
        this.#block(() => {
          this.#reasoning = openReasoning(this.#slot(), this.#wantsEnvelope);
          return this.#reasoning;
        });
        break;
      case 'reasoning-part':
        this.#reasoning?.nextPart();
        break;
      case 'tool-call-start':
        this.#block(() => openCall(this.#slot(), event.kind, event.callId, event.name));
        this.#item();
        break;
      case 'text-end':
      case 'refusal-end':
        this.#hasSpoken ||= this.#open !== undefined;
        this.#close(true);
        break;
      case 'reasoning-end':
        if (event.state !== undefined) this.#item();
        this.#close(true, event.state);
        break;
      case 'tool-call-end':
        this.#close(true);
        break;
      case 'opaque':
        if (event.protocol === 'openai-responses') this.#opaque(event.value);
        break;
      case 'usage':
        this.#usage = event.usage;
        break;
      case 'loss':
        break;
      case 'finish':
        this.#finish(event.reason);
        break;
      case 'error':
        this.fail(event.failure);
        break;
      default:
        unreachable(event);
    }
  }

  /** Open items stay open: Codex would run, or keep, what is closed. */
  fail(failure: Failure): void {
    if (this.#ended) return;
    this.#start();
    this.#end('response.failed', { status: 'failed', error: streamError(failure, this.#caller) });
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    const response = `"response":${this.#write({ status: 'in_progress', output: [] })}`;
    this.#emit('response.created', response);
    this.#emit('response.in_progress', response);
  }

  #finish(reason: FinishReason): void {
    this.#start();
    if (reason === 'length' || reason === 'content-filter') {
      if (reason === 'length' && this.#open === undefined && this.#output.length > 0) this.#markLimit();
      this.#close(false);
      this.#end('response.incomplete', { status: 'incomplete', incompleteReason: INCOMPLETE[reason] });
      return;
    }
    this.#close(true);
    if (reason === 'refusal' && !this.#hasSpoken) this.#say(SILENT_REFUSAL);
    else if (this.#output.length === 0) this.#say('');
    this.#end('response.completed', { status: 'completed' });
  }

  /** The limit struck between two items: the one that never began bears the mark. */
  #markLimit(): void {
    this.#close(false);
    const slot = this.#slot();
    const item = (status: string): string =>
      `{"id":"msg_${slot.id}","type":"message","role":"assistant","status":"${status}","content":[]}`;
    this.#output.push(wholeItem(slot, item('incomplete'), item('in_progress')));
  }

  #say(text: string): void {
    this.#open = openMessage(this.#slot(), 'output_text', undefined);
    if (text !== '') this.#open.delta(text);
    this.#close(true);
  }

  #end(type: string, state: Omit<ResponseState, 'output' | 'usage'>): void {
    const usage = this.#usage === undefined ? {} : { usage: this.#usage };
    this.#emit(type, `"response":${this.#write({ ...state, output: this.#output, ...usage })}`);
    this.#ended = true;
  }

  #block(begin: () => OpenItem): void {
    this.#start();
    this.#close(true);
    this.#begin = begin;
  }

  /** The open block's item, begun if it has not been yet. */
  #item(): OpenItem | undefined {
    if (this.#begin !== undefined) {
      this.#open = this.#begin();
      this.#begin = undefined;
    }
    return this.#open;
  }

  #delta(piece: string): void {
    const text = this.#characters.push(piece);
    if (text !== '') this.#item()?.delta(text);
  }

  #close(isWhole: boolean, state?: ProviderState): void {
    const rest = this.#characters.end();
    if (rest !== '') this.#item()?.delta(rest);
    const item = this.#open?.close(isWhole, state);
    if (item !== undefined) this.#output.push(item);
    this.#open = undefined;
    this.#begin = undefined;
    this.#reasoning = undefined;
  }

  #opaque(value: JsonObject): void {
    this.#start();
    this.#close(true);
    const slot = this.#slot();
    const prefix = OPAQUE_PREFIXES.get(String(value['type'])) ?? 'item_';
    // A hosted tool that is not done by the end of the reply will never be.
    const status = typeof value['status'] === 'string' ? { status: FINAL.get(value['status']) ?? value['status'] } : {};
    const item = { ...value, id: prefix + slot.id, ...status };
    const fresh = 'status' in value ? { ...item, status: 'in_progress' } : item;
    this.#output.push(wholeItem(slot, JSON.stringify(item), JSON.stringify(fresh)));
  }

  #slot(): ItemSlot {
    const index = this.#items;
    this.#items += 1;
    return { id: `${this.#responseId}_${index}`, index, emit: (type, members) => this.#emit(type, members) };
  }

  #emit(type: string, members: string): void {
    this.#frames.push({ event: type, data: `{"type":"${type}","sequence_number":${this.#sequence},${members}}` });
    this.#sequence += 1;
  }
}

/** Prefixes by which clients recognise an item's id. */
const OPAQUE_PREFIXES: ReadonlyMap<string, string> = new Map([
  ['web_search_call', 'ws_'],
  ['file_search_call', 'fs_'],
  ['mcp_call', 'mcp_'],
  ['mcp_list_tools', 'mcpl_'],
  ['code_interpreter_call', 'ci_'],
  ['image_generation_call', 'ig_'],
  ['compaction', 'cmp_'],
  ['tool_search_call', 'tsc_'],
  ['tool_search_output', 'tso_'],
]);

const FINAL: ReadonlyMap<string, string> = new Map([
  ['in_progress', 'completed'],
  ['searching', 'completed'],
  ['interpreting', 'completed'],
  ['generating', 'completed'],
]);
