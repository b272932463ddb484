import { createHash, type Hash } from 'node:crypto';
import type { InferenceEvent } from '../ir/event.ts';
import { parseJson } from '../ir/json.ts';
import type { Message, Part, ProviderState, ReasoningPart, ToolCallPart } from '../ir/request.ts';

/** What a model thought before it called a tool, for clients that give nothing of it back: several providers refuse a
 *  call without its thinking, and every model thinks better with it. And the call's arguments as the model wrote them,
 *  for clients that write them anew: a provider's prompt cache lives by their bytes.
 *  In memory alone, bounded, and forgotten in time. A thought belongs to its call and to what the user had said by then,
 *  so that no other conversation can get it.
 *  @property recall  the messages with what is missing put back.
 *  @property listen  hears the events of the reply to these messages. */
export type Thoughts = {
  readonly recall: (caller: string, messages: readonly Message[]) => readonly Message[];
  readonly listen: (caller: string, messages: readonly Message[]) => (events: readonly InferenceEvent[]) => void;
};

/** The most that is kept, in characters. */
const MAX_SIZE = 32 * 1024 * 1024;
const KEPT_FOR_MS = 24 * 60 * 60 * 1000;

type Kept = {
  readonly parts: readonly ReasoningPart[];
  readonly input: string;
  readonly size: number;
  readonly at: number;
};
type Call = Pick<ToolCallPart, 'callId' | 'name' | 'input'>;

/** @param now  ms since the epoch. */
export function createThoughts(now: () => number, maxSize = MAX_SIZE): Thoughts {
  /** In the order in which they were kept. */
  const kept = new Map<string, Kept>();
  let size = 0;

  function forget(key: string): void {
    size -= kept.get(key)?.size ?? 0;
    kept.delete(key);
  }

  function keep(key: string, parts: readonly ReasoningPart[], input: string): void {
    forget(key);
    const entry = { parts, input, size: JSON.stringify(parts).length + input.length, at: now() };
    kept.set(key, entry);
    size += entry.size;
    for (const [oldest, { at }] of kept) {
      if (size <= maxSize && now() - at < KEPT_FOR_MS) break;
      forget(oldest);
    }
  }

  function recallInto(message: Message, said: Hash): Message {
    const keepsThinking = message.parts.some((part) => part.type === 'reasoning' && isSigned(part));
    let thought = false;
    const parts = message.parts.flatMap((part): readonly Part[] => {
      if (part.type !== 'tool-call') return [part];
      const entry = kept.get(keyOf(said, part));
      if (entry === undefined || now() - entry.at >= KEPT_FOR_MS) return [part];
      const call = { ...part, input: entry.input };
      if (keepsThinking || entry.parts.length === 0) return [call];
      thought = true;
      return [...entry.parts, call];
    });
    // What the client gave back is the same thinking without what its maker needs.
    return { ...message, parts: thought ? parts.filter((part) => part.type !== 'reasoning' || isSigned(part)) : parts };
  }

  return {
    recall: (caller, messages) => {
      if (kept.size === 0) return messages;
      const said = spokenBy(caller);
      return messages.map((message) => {
        if (message.role === 'assistant') return recallInto(message, said);
        hear(message, said);
        return message;
      });
    },
    listen: (caller, messages) => {
      const said = spokenBy(caller);
      for (const message of messages) hear(message, said);
      return collector((call, parts) => keep(keyOf(said, call), parts, call.input));
    },
  };
}

function isSigned({ state }: ReasoningPart): boolean {
  return state !== undefined;
}

/** What has been said by the user so far, as a running digest. */
function spokenBy(caller: string): Hash {
  return createHash('sha256').update(caller);
}

function hear(message: Message, said: Hash): void {
  if (message.role !== 'user') return;
  for (const part of message.parts) if (part.type === 'text') said.update('\0').update(part.text);
}

function keyOf(said: Hash, { callId, name, input }: Call): string {
  return said
    .copy()
    .update(JSON.stringify([callId, name.namespace ?? null, name.name, written(input)]))
    .digest('base64');
}

/** Arguments as most clients write them that have parsed them. */
function written(input: string): string {
  const value = parseJson(input);
  return value === undefined ? input : JSON.stringify(value);
}

/** Gathers thinking up to the call that it led to. Thinking without a state needs no keeping. */
function collector(
  keep: (call: Call, parts: readonly ReasoningPart[]) => void,
): (events: readonly InferenceEvent[]) => void {
  let parts: ReasoningPart[] = [];
  let texts: string[] = [];
  let call: { callId: string; name: Call['name']; input: string } | undefined;

  function thought(state: ProviderState | undefined): void {
    const whole = texts.filter((text) => text !== '');
    if (state !== undefined) parts.push({ type: 'reasoning', texts: whole, state });
  }

  function hearEvent(event: InferenceEvent): void {
    switch (event.type) {
      case 'reasoning-start':
        texts = [''];
        break;
      case 'reasoning-part':
        texts.push('');
        break;
      case 'reasoning-delta':
        texts[texts.length - 1] += event.text;
        break;
      case 'reasoning-end':
        thought(event.state);
        break;
      case 'tool-call-start':
        call = { callId: event.callId, name: event.name, input: '' };
        break;
      case 'tool-call-delta':
        if (call !== undefined) call.input += event.input;
        break;
      case 'tool-call-end':
        if (call !== undefined && (parts.length > 0 || written(call.input) !== call.input)) keep(call, parts);
        parts = [];
        call = undefined;
        break;
      default:
        break;
    }
  }

  return (events) => {
    for (const event of events) hearEvent(event);
  };
}
