import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Caller } from '../ir/caller.ts';
import { type Failure, GatewayError } from '../ir/failure.ts';
import { continueRequest, type Turn } from '../protocols/openai-responses/kept/continue-request.ts';
import type { KeptReply } from '../protocols/openai-responses/kept/kept-replies.ts';
import { replyNotFound } from '../protocols/openai-responses/kept/reply-not-found.ts';
import { keptReply, type WatchedReply, watchReply } from '../protocols/openai-responses/kept/watch-reply.ts';
import {
  type CreateFrame,
  errorFrame,
  readCreateFrame,
  readyReply,
} from '../protocols/openai-responses/socket-frame.ts';
import type { Headers } from '../protocols/protocol.ts';
import type { Services } from './services.ts';
import { socketReply } from './socket-reply.ts';
import { tooLarge } from './unpack.ts';

/** Frames that may wait on a socket while a turn runs, together no longer than one body; the next one is refused. */
const MAX_WAITING = 8;

const WRONG_REQUEST = 400;

const UNEXPECTED: Failure = { kind: 'server-error', message: 'The gateway failed on this request; its log says why.' };

/** Who speaks on a socket, and what was said when it was opened.
 *  @property owner  of what is kept for this socket alone. */
export type SocketCaller = {
  readonly owner: string;
  readonly caller: Caller;
  readonly headers: Headers;
  readonly tags: readonly string[];
};

/** @property frame  takes a client's frame. @property leave  the client left: what runs is given up.
 *  @property finish  takes no more frames, and drops those that wait; settles when the turn that runs has ended. */
export type SocketTurns = {
  readonly frame: (frame: Uint8Array) => void;
  readonly leave: () => void;
  readonly finish: () => Promise<void>;
};

/** The turns of one socket, one after the other, each on the same line as a request over HTTP. */
export function socketTurns(services: Services, socket: WebSocket, stream: Duplex, who: SocketCaller): SocketTurns {
  const client = new AbortController();
  let waiting: Uint8Array[] = [];
  let running: Promise<void> | undefined;
  let finishing = false;

  /** The reply that the running turn goes on from. */
  let before: KeptReply | undefined;

  function find(id: string): KeptReply | undefined {
    before = services.kept.find(who.owner, id) ?? services.kept.find(who.caller.id, id);
    return before;
  }

  function refuse(error: unknown, requestId: string): void {
    if (!(error instanceof GatewayError)) services.report(error, requestId);
    const failure = error instanceof GatewayError ? error.failure : UNEXPECTED;
    const encoded = services.encodeError('openai-responses', failure, who.caller, requestId);
    if (encoded !== undefined) refused(encoded.status);
    if (encoded !== undefined && socket.readyState === socket.OPEN) socket.send(errorFrame(encoded));
  }

  function continued(body: Uint8Array): { readonly body: Uint8Array; readonly turn: Turn } {
    const request = continueRequest(body, find, true);
    const { before, previousId, store } = request.turn;
    // A provider that stores replies may know the id; one that stores nothing cannot.
    if (previousId !== undefined && before === undefined && !store) throw replyNotFound(previousId);
    const limit = services.settings().bodyLimitBytes;
    if (request.body.length > limit) throw new GatewayError(tooLarge(limit));
    return request;
  }

  /** As the API does it: a request that was wrong ends its chain, and the client begins anew with everything. */
  function refused(status: number): void {
    if (status === WRONG_REQUEST && before !== undefined) services.kept.drop(who.owner, before.id);
  }

  /** Whatever the client lets be stored may also be asked for over HTTP. */
  function keep(turn: Turn, reply: WatchedReply | undefined): void {
    if (reply === undefined) return;
    const kept = keptReply(turn, reply, turn.store);
    services.kept.keep(turn.store ? who.caller.id : who.owner, kept);
  }

  function getReady(create: CreateFrame, requestId: string): void {
    const { body, turn } = continued(create.body);
    const responseId = requestId.replaceAll('-', '');
    const createdAt = Math.floor(services.now() / 1_000);
    const kept = { previousId: turn.before?.id };
    const watch = watchReply();
    for (const text of readyReply(body, { caller: who.caller, responseId, createdAt, kept })) {
      watch.event(text);
      socket.send(text);
    }
    keep(turn, watch.reply());
  }

  async function run(frame: Uint8Array): Promise<void> {
    const receivedAt = services.now();
    const id = services.newId();
    before = undefined;
    try {
      const create = readCreateFrame(frame, who.headers);
      if (!create.generate) {
        getReady(create, id);
        return;
      }
      let turn: Turn | undefined;
      const watch = watchReply();
      await services.serve(
        {
          id,
          protocol: 'openai-responses',
          headers: create.headers,
          takeBody: () => {
            const request = continued(create.body);
            turn = request.turn;
            return request.body;
          },
          previousReply: () => turn?.before?.id,
          caller: who.caller,
          tags: who.tags,
          signal: client.signal,
          receivedAt,
        },
        socketReply(socket, stream, watch.event, refused),
      );
      if (turn !== undefined) keep(turn, watch.reply());
    } catch (error) {
      refuse(error, id);
    }
  }

  async function runAll(): Promise<void> {
    for (let frame = waiting.shift(); frame !== undefined && !client.signal.aborted; frame = waiting.shift()) {
      await run(frame);
    }
    running = undefined;
  }

  return {
    frame: (frame) => {
      if (finishing || client.signal.aborted) return;
      const bytes = waiting.reduce((sum, one) => sum + one.length, frame.length);
      // One frame alone may be larger than a body: it is refused in words.
      if (waiting.length >= MAX_WAITING || (waiting.length > 0 && bytes > services.settings().bodyLimitBytes)) {
        const message = 'Too many requests wait on this socket; each runs when the one before it has ended.';
        refuse(new GatewayError({ kind: 'rate-limited', message }), '');
        return;
      }
      waiting.push(frame);
      running ??= runAll();
    },
    leave: () => {
      waiting = [];
      client.abort();
    },
    finish: async () => {
      finishing = true;
      waiting = [];
      await running;
    },
  };
}
