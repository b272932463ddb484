import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../ir/failure.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import { authenticate } from './auth.ts';
import { clientReply } from './client-reply.ts';
import { sendError } from './errors.ts';
import { readBody } from './read-body.ts';
import { headersOf, pathOf } from './request-facts.ts';
import type { Services } from './services.ts';
import { tagsOf } from './tags.ts';
import { unpackBody } from './unpack.ts';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Hands a call in this protocol over: the body whole and unpacked, the caller known, the way back open.
 *  @param answer  to the line, or to who counts. */
export function respond(protocol: ProtocolId, services: Services, answer: Services['serve'] = services.serve): Handler {
  return async (request, reply) => {
    const receivedAt = services.now();
    if (!services.speaks(protocol)) return sendError(reply, request, 501, 'not_implemented', laterWords(request));
    if (!isJson(request)) return sendError(reply, request, 415, 'unsupported_media_type', NO_JSON);
    const { settings, tokens } = services;
    const authentication = authenticate(headersOf(request.raw), tokens());
    if (!authentication.ok) throw new GatewayError({ kind: 'unauthenticated', message: authentication.message });
    const takeBody = await receiveBody(request, settings().bodyLimitBytes);
    const client = new AbortController();
    const response = reply.hijack().raw;
    const onClose = (): void => {
      if (!response.writableFinished) client.abort();
    };
    // The client may have left while its body was unpacked.
    if (response.closed) onClose();
    else response.once('close', onClose);
    try {
      await answer(
        {
          id: request.id,
          protocol,
          headers: authentication.headers,
          takeBody,
          caller: authentication.caller,
          tags: tagsOf(request.raw, settings().tagHeaders),
          signal: client.signal,
          receivedAt,
        },
        clientReply(response),
      );
    } catch (error) {
      // Fastify knows nothing of this reply any longer: without a word the client would wait for ever.
      services.report(error, request.id);
      if (!response.writableEnded) response.destroy();
    }
  };
}

const NO_JSON = 'The body must be JSON: send content-type application/json.';

function isJson(request: FastifyRequest): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(request.headers['content-type'] ?? 'application/json');
}

export function laterWords(request: FastifyRequest): string {
  return `${pathOf(request)} comes in a later version of Plugboard.`;
}

/** The body, held by nobody but what is returned: a frame that waits keeps what it names. */
async function receiveBody(request: FastifyRequest, limit: number): Promise<() => Uint8Array> {
  let body: Buffer | undefined = await unpackBody(
    await readBody(request.raw, limit),
    request.headers['content-encoding'],
    limit,
  );
  return () => {
    const taken = body;
    body = undefined;
    if (taken === undefined) throw new RangeError('the body was taken before');
    return taken;
  };
}
