import type { IncomingMessage } from 'node:http';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { GatewayError } from '../ir/failure.ts';
import type { Headers } from '../protocols/protocol.ts';
import { authenticate } from './auth.ts';
import { clientReply } from './client-reply.ts';
import { hostProblem } from './host.ts';
import { memoryKeeper } from './memory.ts';
import { plainError, protocolOfPath } from './plain-error.ts';
import { refuseBytes, refuseUpgrade } from './raw-socket.ts';
import { readBody } from './read-body.ts';
import type { Services } from './services.ts';
import { tagsOf } from './tags.ts';
import { tooLarge, unpackBody } from './unpack.ts';

/** @property tls  PEM texts. */
export type AppOptions = {
  readonly bodyLimitBytes: number;
  readonly tls?: { readonly cert: string; readonly key: string };
};

/** What each path takes, for the answer to another method. */
const METHODS: { readonly [path: string]: string } = {
  '/v1/responses': 'POST, HEAD',
  '/v1/chat/completions': 'POST',
  '/v1/messages': 'POST',
  '/v1/messages/count_tokens': 'POST',
  '/v1/models': 'GET, HEAD',
  '/health': 'GET, HEAD',
  '/health/live': 'GET, HEAD',
  '/health/ready': 'GET, HEAD',
  '/admin/status': 'GET, HEAD',
  '/admin/shutdown': 'POST',
};

/** Paths of the public contract that a later version serves. */
const LATER: readonly { readonly method: 'GET' | 'POST'; readonly url: string }[] = [
  { method: 'POST', url: '/v1/chat/completions' },
  { method: 'POST', url: '/v1/messages' },
  { method: 'POST', url: '/v1/messages/count_tokens' },
  { method: 'GET', url: '/' },
  { method: 'GET', url: '/metrics' },
  { method: 'GET', url: '/dispatch/metrics' },
  { method: 'GET', url: '/dispatch/state' },
  { method: 'POST', url: '/dispatch/reset' },
];

/** The gateway's HTTP side: who may come in, and which path leads where. */
export function createApp(services: Services, options: AppOptions): FastifyInstance {
  const app = fastify({
    https: options.tls ?? null,
    bodyLimit: options.bodyLimitBytes,
    forceCloseConnections: 'idle',
    genReqId: services.newId,
    requestIdHeader: false,
    exposeHeadRoutes: true,
    clientErrorHandler: refuseBytes,
    frameworkErrors: (_, request, reply) => {
      reply.header('x-request-id', request.id);
      sendError(reply, request, 400, 'invalid_request', 'The path of the request is not valid.');
    },
  });
  app.removeAllContentTypeParsers();
  // Bodies are read where they are wanted, so that Fastify holds none of them.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.decorateRequest('clientHeaders', null);
  app.server.on('upgrade', refuseUpgrade);
  const memory = memoryKeeper();
  app.addHook('onClose', async () => memory.close());

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    const problem = hostProblem(headersOf(request.raw), services.settings().allowedHosts);
    if (problem !== undefined) return sendError(reply, request, 403, 'forbidden', problem);
    if (pathOf(request).startsWith('/health')) return undefined;
    const authentication = authenticate(headersOf(request.raw), services.tokens());
    if (authentication.ok) return undefined;
    return sendFailure(
      reply,
      request,
      services,
      new GatewayError({ kind: 'unauthenticated', message: authentication.message }),
    );
  });

  app.setErrorHandler((error, request, reply) => {
    if (reply.sent) return;
    if (error instanceof GatewayError) return sendFailure(reply, request, services, error);
    const status = statusOf(error);
    if (status === 413)
      return sendFailure(reply, request, services, new GatewayError(tooLarge(options.bodyLimitBytes)));
    if (status >= 500) services.report(error, request.id);
    const message = status >= 500 ? 'The gateway failed on this request; its log says why.' : messageOf(error);
    return sendError(reply, request, status, status >= 500 ? 'internal_error' : 'invalid_request', message);
  });

  app.setNotFoundHandler((request, reply) => {
    const allow = METHODS[pathOf(request)];
    if (allow === undefined)
      return sendError(reply, request, 404, 'not_found', `There is nothing at ${pathOf(request).slice(0, 200)}.`);
    reply.header('allow', allow);
    return sendError(reply, request, 405, 'method_not_allowed', `${pathOf(request)} takes ${allow}.`);
  });

  app.post('/v1/responses', async (request, reply) => {
    const ended = memory.opened();
    try {
      return await respond(services, request, reply);
    } finally {
      ended();
    }
  });
  app.head('/v1/responses', (_, reply) => reply.header('allow', 'POST, HEAD').code(200).send());
  for (const { method, url } of LATER) {
    const handler = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
      sendError(reply, request, 501, 'not_implemented', laterWords(url));
    app.route({ method, url, handler });
  }
  app.get('/v1/models', async (request, reply) => {
    const { body, etag } = await services.catalog(clientVersionOf(request));
    reply.header('etag', etag);
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('application/json; charset=utf-8').send(body);
  });
  app.get('/health/live', (_, reply) => reply.send({ status: 'live' }));
  for (const path of ['/health', '/health/ready']) {
    app.get(path, (_, reply) => {
      const { ready, problems } = services.readiness();
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', problems });
    });
  }
  app.get('/admin/status', (_, reply) => reply.send(services.status()));
  app.post('/admin/shutdown', (_, reply) => {
    services.stop();
    return reply.code(202).send({ status: 'stopping' });
  });
  return app;
}

async function respond(services: Services, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const receivedAt = services.now();
  const type = request.headers['content-type'] ?? 'application/json';
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
    return sendError(
      reply,
      request,
      415,
      'unsupported_media_type',
      'The body must be JSON: send content-type application/json.',
    );
  }
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
  await services.serve(
    {
      id: request.id,
      protocol: 'openai-responses',
      headers: authentication.headers,
      takeBody,
      caller: authentication.caller,
      tags: tagsOf(request.raw, settings().tagHeaders),
      signal: client.signal,
      receivedAt,
    },
    clientReply(response),
  );
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

function laterWords(path: string): string {
  return `${path} comes in a later version of Plugboard; this one serves POST /v1/responses.`;
}

function sendFailure(
  reply: FastifyReply,
  request: FastifyRequest,
  services: Services,
  error: GatewayError,
): FastifyReply {
  const { failure } = error;
  const path = pathOf(request);
  if (protocolOfPath(path) !== 'openai-responses' || path !== '/v1/responses') {
    const status = failure.kind === 'unauthenticated' ? 401 : failure.kind === 'too-large' ? 413 : 400;
    return sendError(reply, request, status, failure.kind.replaceAll('-', '_'), failure.message);
  }
  const originator = headersOf(request.raw)['originator'];
  const { status, headers, body } = services.encodeError(failure, {
    id: 'local',
    ...(originator === undefined ? {} : { originator }),
  });
  return reply
    .code(status)
    .headers({ ...headers })
    .send(body);
}

function sendError(
  reply: FastifyReply,
  request: FastifyRequest,
  status: number,
  code: string,
  message: string,
): FastifyReply {
  const protocol = protocolOfPath(pathOf(request));
  return reply.code(status).send(plainError(protocol, { status, message, code, requestId: request.id }));
}

/** Codex names its version when it asks for its models: `/v1/models?client_version=0.169.0`. */
function clientVersionOf(request: FastifyRequest): string | undefined {
  return new URL(request.url, 'http://gateway').searchParams.get('client_version') ?? undefined;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

/** Names in lower case, as Node has them; what came several times is joined. */
function headersOf(message: IncomingMessage): Headers {
  const headers: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'The request is not valid.';
}
