import type { InferenceEvent } from '../ir/event.ts';
import type { Failure } from '../ir/failure.ts';
import { foldEvents } from '../ir/response.ts';
import type { ReplyContext } from '../protocols/protocol.ts';
import type { Target } from '../providers/provider.ts';
import type { Render, RenderOptions } from './render.ts';

/** The most that is kept of a unary reply, in characters of its text. */
const MAX_TEXT = 64 * 1024 * 1024;

/** Writes a unary reply: its bytes untouched, or the fold of the events, once the last has come. */
export function renderWhole(options: RenderOptions): Render {
  const { reply } = options;
  const events: InferenceEvent[] = [];
  let size = 0;
  let committedTo: { readonly target: Target; readonly attempts: number; readonly context: ReplyContext } | undefined;
  let form: 'folded' | 'bytes' | 'cut' = 'folded';

  function head(target: Target | undefined, attempts: number | undefined): void {
    reply.head(200, { 'content-type': 'application/json; charset=utf-8', ...options.headers(target, attempts) });
  }

  /** The failure of a connection has no place in half a JSON text. */
  function pass(bytes: Uint8Array | null, more: readonly InferenceEvent[], resume: () => void): boolean {
    if (bytes === null) {
      if (!more.some((event) => event.type === 'error')) return true;
      form = 'cut';
      reply.cut();
      return true;
    }
    const room = reply.write(bytes);
    if (!room) reply.onceDrained(resume);
    return room;
  }

  return {
    commit: (target, attempts, bytes) => {
      committedTo = { target, attempts, context: options.context() };
      if (!bytes) return;
      form = 'bytes';
      head(target, attempts);
    },
    chunk: (bytes, more, resume) => {
      options.meter(more);
      if (form !== 'folded') return pass(bytes, more, resume);
      for (const event of more) {
        size += 'text' in event ? event.text.length : event.type === 'tool-call-delta' ? event.input.length : 0;
        if (size <= MAX_TEXT) events.push(event);
      }
      return true;
    },
    end: () => {
      if (form === 'cut') return;
      if (form === 'bytes') {
        reply.end();
        return;
      }
      const folded = size > MAX_TEXT ? TOO_LONG : foldEvents(events);
      if (!folded.ok) {
        options.refuse(folded.failure);
        return;
      }
      const body = options.ingress.encodeResponse(folded.response, committedTo?.context ?? options.context());
      head(committedTo?.target, committedTo?.attempts);
      reply.end(JSON.stringify(body));
    },
    fail: options.refuse,
    dispose: () => {},
  };
}

const TOO_LONG: { readonly ok: false; readonly failure: Failure } = {
  ok: false,
  failure: { kind: 'protocol', message: 'The reply is longer than 64 Mi characters.' },
};
