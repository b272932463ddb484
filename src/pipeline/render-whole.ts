import type { InferenceEvent } from '../ir/event.ts';
import type { Failure } from '../ir/failure.ts';
import { foldEvents } from '../ir/response.ts';
import type { ReplyContext } from '../protocols/protocol.ts';
import type { Target } from '../providers/provider.ts';
import type { Render, RenderOptions } from './render.ts';

/** The most that is kept of a unary reply, in characters of its text. */
const MAX_TEXT = 64 * 1024 * 1024;

/** Writes a unary reply: the fold of the events, once the last has come. */
export function renderWhole(options: RenderOptions): Render {
  const events: InferenceEvent[] = [];
  let size = 0;
  let committedTo: { readonly target: Target; readonly attempts: number; readonly context: ReplyContext } | undefined;
  return {
    commit: (target, attempts) => {
      committedTo = { target, attempts, context: options.context() };
    },
    chunk: (_, more) => {
      options.meter(more);
      for (const event of more) {
        size += 'text' in event ? event.text.length : event.type === 'tool-call-delta' ? event.input.length : 0;
        if (size <= MAX_TEXT) events.push(event);
      }
      return true;
    },
    end: () => {
      const folded = size > MAX_TEXT ? TOO_LONG : foldEvents(events);
      if (!folded.ok) {
        options.refuse(folded.failure);
        return;
      }
      const body = options.ingress.encodeResponse(folded.response, committedTo?.context ?? options.context());
      const told = options.headers(committedTo?.target, committedTo?.attempts);
      options.reply.head(200, { 'content-type': 'application/json; charset=utf-8', ...told });
      options.reply.end(JSON.stringify(body));
    },
    fail: options.refuse,
    dispose: () => {},
  };
}

const TOO_LONG: { readonly ok: false; readonly failure: Failure } = {
  ok: false,
  failure: { kind: 'protocol', message: 'The reply is longer than 64 Mi characters.' },
};
