import type { FinishReason, InferenceEvent } from '../../ir/event.ts';
import type { Failure } from '../../ir/failure.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import { unreachable } from '../../ir/non-empty.ts';
import type { ProviderState, ToolCallKind, ToolName } from '../../ir/request.ts';
import type { Usage } from '../../ir/usage.ts';
import type { SseFrame } from '../../wire/sse.ts';
import type { Transducer } from '../../wire/transducer.ts';
import type { ReplyContext } from '../protocol.ts';
import { wholeCharacters } from '../whole-characters.ts';
import { streamError } from './encode-error.ts';
import { encodeFinishReason, SILENT_REFUSAL } from './encode-finish.ts';
import { encodeUsage } from './encode-usage.ts';
import { encodeDetails } from './reasoning-details.ts';

/** Events as the chunks of a streamed completion. A second `response-start` and all that follows the end are ignored;
 *  an end without a terminal event is a failure. */
export function encodeStream(context: ReplyContext): Transducer<InferenceEvent, SseFrame> {
  const encoder = new ChunkEncoder(context);
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

type Block = 'text' | 'refusal' | 'reasoning' | ToolCallKind;

class ChunkEncoder {
  readonly #head: string;
  readonly #tail: string;
  readonly #style: { readonly usage: boolean; readonly functions: boolean };
  readonly #characters = wholeCharacters();
  #frames: SseFrame[] = [];
  #started = false;
  #ended = false;
  #usage: Usage | undefined;
  #block: Block | undefined;
  /** Kinds of text that have been written, so that a later block of the kind begins with a blank line. */
  readonly #written = new Set<Block>();
  #separates = false;
  #thought = '';
  #thoughts = 0;
  #calls = 0;
  #callIsEmpty = true;

  constructor({ echo, responseId, createdAt }: ReplyContext) {
    // The context itself is let go: thousands of open streams must not each hold their request.
    const id = JSON.stringify(`chatcmpl-${responseId}`);
    const model = JSON.stringify(echo.model);
    this.#style = { usage: echo.reply?.usage === true, functions: echo.reply?.functions === true };
    this.#head = `{"id":${id},"object":"chat.completion.chunk","created":${createdAt},"model":${model},"choices":`;
    this.#tail = this.#style.usage ? ',"usage":null}' : '}';
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
        this.#piece(event.text);
        break;
      case 'tool-call-delta':
        this.#piece(event.input);
        break;
      case 'response-start':
        this.#start();
        break;
      case 'text-start':
        this.#begin('text');
        break;
      case 'refusal-start':
        this.#begin('refusal');
        break;
      case 'reasoning-start':
        this.#begin('reasoning');
        break;
      case 'reasoning-part':
        if (this.#thought !== '') this.#separates = true;
        break;
      case 'tool-call-start':
        this.#call(event.callId, event.kind, event.name);
        break;
      case 'text-end':
      case 'refusal-end':
        this.#close();
        break;
      case 'reasoning-end':
        this.#close();
        if (event.state !== undefined) this.#remember(event.state);
        break;
      case 'tool-call-end':
        this.#close();
        // Clients parse the arguments: none are `{}`.
        if (this.#callIsEmpty && this.#block === 'function') this.#piece('{}');
        break;
      case 'opaque':
      case 'loss':
        break;
      case 'usage':
        this.#usage = event.usage;
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

  fail(failure: Failure): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#frames.push({ data: JSON.stringify(streamError(failure)) });
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#delta({ role: 'assistant', content: '', refusal: null });
  }

  #begin(block: Block): void {
    this.#start();
    this.#close();
    this.#block = block;
    this.#thought = '';
    this.#separates = this.#written.has(block);
  }

  #call(callId: string, kind: ToolCallKind, name: ToolName): void {
    this.#begin(kind === 'custom' ? 'custom' : 'function');
    this.#separates = false;
    this.#callIsEmpty = true;
    const called = nameOf(name);
    if (this.#style.functions) {
      if (this.#calls === 0) this.#delta({ function_call: { name: called, arguments: '' } });
    } else {
      const place = { index: this.#calls, id: callId };
      this.#delta({
        tool_calls: [
          kind === 'custom'
            ? { ...place, type: 'custom', custom: { name: called, input: '' } }
            : { ...place, type: 'function', function: { name: called, arguments: '' } },
        ],
      });
    }
    this.#calls += 1;
  }

  #piece(piece: string): void {
    const text = this.#characters.push(piece);
    if (text !== '') this.#write(text);
  }

  #write(piece: string): void {
    const text = this.#separates ? `\n\n${piece}` : piece;
    this.#separates = false;
    switch (this.#block) {
      case undefined:
        return;
      case 'text':
        this.#delta({ content: text });
        break;
      case 'refusal':
        this.#delta({ refusal: text });
        break;
      case 'reasoning':
        this.#thought += this.#thought === '' ? piece : text;
        this.#delta({ reasoning_content: text });
        break;
      case 'custom':
        this.#delta({ tool_calls: [{ index: this.#calls - 1, custom: { input: text } }] });
        break;
      case 'function':
      case 'search':
        this.#callIsEmpty = false;
        if (!this.#style.functions)
          this.#delta({ tool_calls: [{ index: this.#calls - 1, function: { arguments: text } }] });
        else if (this.#calls === 1) this.#delta({ function_call: { arguments: text } });
        break;
      default:
        unreachable(this.#block);
    }
    this.#written.add(this.#block);
  }

  #close(): void {
    const rest = this.#characters.end();
    if (rest !== '') this.#write(rest);
  }

  #remember(state: ProviderState): void {
    this.#delta({ reasoning_details: encodeDetails(this.#thought, state, this.#thoughts) });
    this.#thoughts += 1;
  }

  #finish(reason: FinishReason): void {
    this.#start();
    this.#close();
    if (reason === 'refusal' && !this.#written.has('refusal') && !this.#written.has('text')) {
      this.#delta({ refusal: SILENT_REFUSAL });
    }
    const word = encodeFinishReason(reason, this.#calls > 0, this.#style.functions);
    this.#push(`[{"index":0,"delta":{},"finish_reason":"${word}"}]${this.#tail}`);
    if (this.#style.usage) this.#push(`[],"usage":${JSON.stringify(encodeUsage(this.#usage))}}`);
    this.#frames.push({ data: '[DONE]' });
    this.#ended = true;
  }

  #delta(delta: { readonly [member: string]: Json | readonly JsonObject[] }): void {
    this.#push(`[{"index":0,"delta":${JSON.stringify(delta)},"finish_reason":null}]${this.#tail}`);
  }

  #push(rest: string): void {
    this.#frames.push({ data: this.#head + rest });
  }
}

function nameOf({ name, namespace }: ToolName): string {
  return namespace === undefined ? name : `${namespace}__${name}`;
}
