import type { FinishReason, InferenceEvent } from '../../ir/event.ts';
import type { Failure } from '../../ir/failure.ts';
import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import { unreachable } from '../../ir/non-empty.ts';
import type { ProviderState } from '../../ir/request.ts';
import { NO_USAGE, type Usage } from '../../ir/usage.ts';
import type { SseFrame } from '../../wire/sse.ts';
import type { Transducer } from '../../wire/transducer.ts';
import { EMPTY_ENVELOPE, makeEnvelope } from '../envelope.ts';
import type { ReplyContext } from '../protocol.ts';
import { wholeCharacters } from '../whole-characters.ts';
import { clientCallId } from './call-id-form.ts';
import { streamError } from './encode-error.ts';
import { messageObject } from './message-object.ts';
import { MESSAGE_USAGE, stopMembers, usageMembers } from './stop-reason.ts';

/** Events as the frames of a streamed message. One block is open at a time; a second `response-start` and all that
 *  follows the end are ignored; an end without a terminal event is a failure.
 *
 *  `message_start` tells zero tokens, since no provider has counted by then: a wrong number that is corrected later would
 *  be shown. The true ones come in `message_delta`, where the clients that count read them. */
export function encodeStream(context: ReplyContext): Transducer<InferenceEvent, SseFrame> {
  const encoder = new StreamEncoder(context);
  return {
    push: (event) => {
      encoder.accept(event);
      return encoder.take();
    },
    end: () => {
      encoder.fail({ kind: 'cut', message: 'The reply ended before it was complete.' });
      return encoder.take();
    },
  };
}

/** A block on its way. It begins with its first piece, so that an empty one leaves no trace.
 *  @property piece  the delta's type, and its member that holds a piece of text.
 *  @property begin  the block as its start shows it. */
type Block = {
  readonly kind: 'text' | 'refusal' | 'thinking' | 'call';
  readonly piece: readonly [type: string, member: string];
  readonly begin: JsonObject;
  isBegun: boolean;
  hasPieces: boolean;
};

class StreamEncoder {
  readonly #message: JsonObject;
  readonly #characters = wholeCharacters();
  #frames: SseFrame[] = [];
  #blocks = 0;
  #isStarted = false;
  #isEnded = false;
  #usage: Usage = NO_USAGE;
  #open: Block | undefined;
  /** A state without text, which waits for what it stands before. */
  #held: ProviderState | undefined;
  #calls = false;
  #isPaused = false;
  #refusal: string | undefined;

  constructor(context: ReplyContext) {
    // The context itself is let go: thousands of open streams must not each hold their request.
    this.#message = messageObject(context);
  }

  take(): readonly SseFrame[] {
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }

  accept(event: InferenceEvent): void {
    if (this.#isEnded) return;
    switch (event.type) {
      case 'text-delta':
      case 'reasoning-delta':
        this.#delta(event.text);
        break;
      case 'refusal-delta':
        this.#refusal = (this.#refusal ?? '') + event.text;
        this.#delta(event.text);
        break;
      case 'tool-call-delta':
        this.#delta(event.input);
        break;
      case 'response-start':
        this.#start();
        break;
      case 'text-start':
        this.#block('text', TEXT_PIECE, { type: 'text', text: '' });
        break;
      case 'refusal-start':
        this.#refusal ??= '';
        this.#block('refusal', TEXT_PIECE, { type: 'text', text: '' });
        break;
      case 'reasoning-start':
        this.#block('thinking', THINKING_PIECE, { type: 'thinking', thinking: '', signature: '' });
        break;
      case 'reasoning-part':
        if (this.#open?.hasPieces === true) this.#delta('\n\n');
        break;
      case 'tool-call-start': {
        const { callId, name } = event;
        this.#calls = true;
        this.#block('call', INPUT_PIECE, { type: 'tool_use', id: clientCallId(callId), name: name.name, input: {} });
        this.#begin();
        break;
      }
      case 'text-end':
      case 'refusal-end':
      case 'tool-call-end':
        this.#close();
        break;
      case 'reasoning-end':
        this.#close(event.state);
        break;
      case 'opaque':
        if (event.protocol === 'anthropic-messages') this.#opaque(event.value);
        break;
      case 'usage':
        this.#usage = event.usage;
        break;
      case 'loss':
        break;
      case 'finish':
        this.#finish(event.reason, event.stopSequence);
        break;
      case 'error':
        this.fail(event.failure);
        break;
      default:
        unreachable(event);
    }
  }

  /** A block that is open stays open: what is closed would count as whole. */
  fail(failure: Failure): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#emit('error', { error: streamError(failure) });
  }

  #start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#emit('message_start', {
      message: { ...this.#message, usage: { ...usageMembers(NO_USAGE), ...MESSAGE_USAGE } },
    });
  }

  /** A cut block is closed too, as the API itself does: `max_tokens` says that it is not whole. A state that nothing
   *  follows is let go: Claude Code takes the last block for the answer, and no provider demands such a one back. */
  #finish(finish: FinishReason, stopSequence?: string): void {
    this.#start();
    this.#close();
    if (this.#blocks === 0) this.#release();
    const refusal = this.#refusal === undefined ? {} : { refusal: this.#refusal };
    const delta = stopMembers({ finish, stopSequence, calls: this.#calls, isPaused: this.#isPaused, ...refusal });
    this.#emit('message_delta', { delta, usage: usageMembers(this.#usage) });
    this.#emit('message_stop', {});
    this.#isEnded = true;
  }

  #block(kind: Block['kind'], piece: Block['piece'], begin: JsonObject): void {
    this.#start();
    this.#close();
    this.#release();
    this.#isPaused = false;
    this.#open = { kind, piece, begin, isBegun: false, hasPieces: false };
  }

  #begin(): void {
    const open = this.#open;
    if (open === undefined || open.isBegun) return;
    open.isBegun = true;
    this.#emit('content_block_start', { index: this.#blocks, content_block: open.begin });
  }

  #delta(piece: string): void {
    this.#send(this.#characters.push(piece));
  }

  #send(text: string): void {
    const open = this.#open;
    if (open === undefined || text === '') return;
    this.#begin();
    open.hasPieces = true;
    const [type, member] = open.piece;
    this.#frames.push({
      event: 'content_block_delta',
      data: `{"type":"content_block_delta","index":${this.#blocks},"delta":{"type":"${type}","${member}":${JSON.stringify(text)}}}`,
    });
  }

  #close(state?: ProviderState): void {
    this.#send(this.#characters.end());
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    if (open.kind === 'thinking') this.#seal(open, state);
    if (open.kind === 'call' && !open.hasPieces) this.#extend({ type: 'input_json_delta', partial_json: '{}' });
    if (open.isBegun) this.#stop();
  }

  /** What its maker needs to take the thinking back; where there is no text to sign, in a block of its own. */
  #seal(open: Block, state: ProviderState | undefined): void {
    if (open.isBegun)
      this.#extend({ type: 'signature_delta', signature: state === undefined ? EMPTY_ENVELOPE : makeEnvelope(state) });
    else this.#held = state;
  }

  #release(): void {
    const state = this.#held;
    this.#held = undefined;
    if (state !== undefined) this.#whole({ type: 'redacted_thinking', data: makeEnvelope(state) });
  }

  /** A block of the provider's own tools, which came whole. */
  #opaque(value: JsonObject): void {
    this.#start();
    this.#close();
    this.#release();
    const { input } = value;
    this.#isPaused = value['type'] === 'server_tool_use';
    if (!isJsonObject(input)) {
      this.#whole(value);
      return;
    }
    this.#emit('content_block_start', { index: this.#blocks, content_block: { ...value, input: {} } });
    this.#extend({ type: 'input_json_delta', partial_json: JSON.stringify(input) });
    this.#stop();
  }

  #whole(block: JsonObject): void {
    this.#emit('content_block_start', { index: this.#blocks, content_block: block });
    this.#stop();
  }

  #extend(delta: JsonObject): void {
    this.#emit('content_block_delta', { index: this.#blocks, delta });
  }

  #stop(): void {
    this.#emit('content_block_stop', { index: this.#blocks });
    this.#blocks += 1;
  }

  #emit(type: string, members: JsonObject): void {
    this.#frames.push({ event: type, data: JSON.stringify({ type, ...members }) });
  }
}

const TEXT_PIECE = ['text_delta', 'text'] as const;
const THINKING_PIECE = ['thinking_delta', 'thinking'] as const;
const INPUT_PIECE = ['input_json_delta', 'partial_json'] as const;
