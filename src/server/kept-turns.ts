import type { ClientReply, ClientRequest } from '../pipeline/client.ts';
import { ownEvents } from '../pipeline/event-texts.ts';
import { continueRequest, type Turn } from '../protocols/openai-responses/kept/continue-request.ts';
import type { KeptReplies } from '../protocols/openai-responses/kept/kept-replies.ts';
import {
  keptReply,
  type WatchedReply,
  watchReply,
  wholeReply,
} from '../protocols/openai-responses/kept/watch-reply.ts';

export type Serve = (request: ClientRequest, reply: ClientReply) => Promise<void>;

/** Lets requests over HTTP go on from replies that the gateway kept, and keeps what their clients let it. A reply that
 *  went through as bytes is its provider's own to keep: the next request goes there with that provider's id. */
export function keepingTurns(serve: Serve, kept: KeptReplies): Serve {
  return (request, reply) => {
    if (request.protocol !== 'openai-responses' || request.previousReply !== undefined) return serve(request, reply);
    const owner = request.caller.id;
    const ownId = `resp_${request.id.replaceAll('-', '')}`;
    let turn: Turn | undefined;
    const keep = (watched: WatchedReply | undefined): void => {
      if (turn !== undefined && watched?.id === ownId) kept.keep(owner, keptReply(turn, watched, true));
    };
    return serve(
      {
        ...request,
        takeBody: () => {
          const continued = continueRequest(request.takeBody(), (id) => kept.find(owner, id), false);
          turn = continued.turn;
          return continued.body;
        },
        previousReply: () => turn?.before?.id,
      },
      watched(reply, () => turn?.store === true, keep),
    );
  };
}

/** @param isKept  the client lets the reply be stored. @param done  told of a reply before its client has its end. */
function watched(
  reply: ClientReply,
  isKept: () => boolean,
  done: (reply: WatchedReply | undefined) => void,
): ClientReply {
  const watch = watchReply();
  let isStream = false;
  let status = 0;
  const see = (data: string): void => {
    for (const text of ownEvents(data)) watch.event(text);
    const ended = watch.reply();
    if (ended !== undefined) done(ended);
  };
  return {
    ...reply,
    head: (code, headers) => {
      status = code;
      isStream = headers['content-type']?.startsWith('text/event-stream') === true;
      reply.head(code, headers);
    },
    write: (data) => {
      if (isStream && typeof data === 'string' && isKept()) see(data);
      return reply.write(data);
    },
    end: (data) => {
      if (status === 200 && data !== undefined && isKept()) {
        if (isStream) see(data);
        else done(wholeReply(data));
      }
      reply.end(data);
    },
  };
}
