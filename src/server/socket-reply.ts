import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { isJsonObject, parseJson } from '../ir/json.ts';
import type { ClientReply } from '../pipeline/client.ts';
import { eventTexts } from '../pipeline/event-texts.ts';
import { errorFrame } from '../protocols/openai-responses/socket-frame.ts';
import type { Headers } from '../protocols/protocol.ts';
import { textFrames } from './text-frames.ts';

/** The way back to a client on a socket: each event is one text frame, a refusal is one error frame.
 *  @param stream  what the socket's frames are written to.
 *  @param sent    hears of every event's JSON text. @param refused  of the status of a refusal. */
export function socketReply(
  socket: WebSocket,
  stream: Duplex,
  sent: (text: string) => void,
  refused: (status: number) => void,
): ClientReply {
  const events = eventTexts();
  let refusal: { readonly status: number; readonly headers: Headers } | undefined;

  /** All frames of one write go out in one piece. Past the library, which writes each of its own frames at once and so
   *  is never in the middle of one. */
  function send(texts: readonly string[]): boolean {
    if (socket.readyState !== socket.OPEN || texts.length === 0) return true;
    for (const text of texts) sent(text);
    return stream.write(textFrames(texts), 'latin1');
  }

  return {
    head: (status, headers) => {
      if (status === 200) return;
      refusal = { status, headers };
      refused(status);
    },
    write: (data) => send(events.push(data)),
    onceDrained: (resume) => void stream.once('drain', resume),
    end: (data) => {
      if (refusal === undefined) send([...(data === undefined ? [] : events.push(data)), ...events.end()]);
      else send([errorText(refusal, data ?? '')]);
    },
    cut: () => socket.terminate(),
  };
}

function errorText(refusal: { readonly status: number; readonly headers: Headers }, text: string): string {
  const body = parseJson(text);
  const wait = refusal.headers['retry-after'];
  const headers = wait === undefined ? {} : { 'retry-after': wait };
  return errorFrame({ status: refusal.status, headers, body: isJsonObject(body) ? body : {} });
}
