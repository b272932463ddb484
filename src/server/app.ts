import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { GatewayError } from '../ir/failure.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import { authenticate } from './auth.ts';
import { dispatchRoutes } from './dispatch-routes.ts';
import { laterWords, respond } from './door.ts';
import { DRAIN_MS } from './drain.ts';
import { sendError, sendFailure, sendThrown } from './errors.ts';
import { explainRoute } from './explain-route.ts';
import { hostProblem } from './host.ts';
import { keptRoutes } from './kept-routes.ts';
import { memoryKeeper } from './memory.ts';
import { refuseBytes } from './raw-socket.ts';
import { headersOf, pathOf } from './request-facts.ts';
import type { Services } from './services.ts';
import { asksForSocket, createSockets } from './websocket.ts';

/** @property tls  PEM texts. */
export type AppOptions = {
  readonly bodyLimitBytes: number;
  readonly tls?: { readonly cert: string; readonly key: string };
};

/** Where clients of each protocol come in. */
const DOORS: readonly { readonly url: string; readonly protocol: ProtocolId }[] = [
  { url: '/v1/responses', protocol: 'openai-responses' },
  { url: '/v1/chat/completions', protocol: 'openai-chat' },
  { url: '/v1/messages', protocol: 'anthropic-messages' },
];

/** Where clients ask what their input counts. */
const COUNTS: typeof DOORS = [
  { url: '/v1/messages/count_tokens', protocol: 'anthropic-messages' },
  { url: '/v1/responses/input_tokens', protocol: 'openai-responses' },
];

/** What each path takes, for the answer to another method. */
const METHODS: { readonly [path: string]: string } = {
  '/v1/responses': 'POST, HEAD',
  '/v1/responses/compact': 'POST',
  '/v1/responses/input_tokens': 'POST',
  '/v1/chat/completions': 'POST',
  '/v1/messages': 'POST',
  '/v1/messages/count_tokens': 'POST',
  '/v1/models': 'GET, HEAD',
  '/health': 'GET, HEAD',
  '/health/live': 'GET, HEAD',
  '/health/ready': 'GET, HEAD',
  '/dispatch/metrics': 'GET, HEAD',
  '/dispatch/state': 'GET, HEAD',
  '/dispatch/reset': 'POST',
  '/admin/status': 'GET, HEAD',
  '/admin/explain': 'POST',
  '/admin/shutdown': 'POST',
};

/** Paths of the public contract that a later version serves. */
const LATER: readonly { readonly method: 'GET' | 'POST'; readonly url: string }[] = [
  { method: 'GET', url: '/' },
  { method: 'GET', url: '/metrics' },
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
  const sockets = createSockets(services, options.bodyLimitBytes);
  app.server.on('upgrade', sockets.upgrade);
  // Read at each request, from Node 24.9 on; before, whoever offers anything else than a socket is refused.
  Object.assign(app.server, { shouldUpgradeCallback: asksForSocket });
  // Not waited for: meanwhile the server already takes no more connections, and it is closed once these are.
  app.addHook('preClose', async () => void sockets.close(DRAIN_MS));
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
    return sendThrown(error, reply, request, services, options.bodyLimitBytes);
  });

  app.setNotFoundHandler((request, reply) => {
    const allow = METHODS[pathOf(request)];
    if (allow === undefined) return sendError(reply, request, 404, 'not_found', nothingAt(pathOf(request)));
    reply.header('allow', allow);
    return sendError(reply, request, 405, 'method_not_allowed', `${pathOf(request)} takes ${allow}.`);
  });

  for (const { url, handler } of [
    ...DOORS.map((door) => ({ ...door, handler: respond(door.protocol, services) })),
    { url: '/v1/responses/compact', handler: respond('openai-responses', services, services.compact) },
    ...COUNTS.map((door) => ({ ...door, handler: respond(door.protocol, services, services.count) })),
  ]) {
    app.post(url, async (request, reply) => {
      const ended = memory.opened();
      try {
        return await handler(request, reply);
      } finally {
        ended();
      }
    });
  }
  keptRoutes(app, services);
  // Beside `:id`, which would take their names for those of replies.
  for (const url of ['/v1/responses/compact', '/v1/responses/input_tokens']) {
    app.route({ method: ['GET', 'DELETE'], url, handler: (_, reply) => reply.callNotFound() });
  }
  app.head('/v1/responses', (_, reply) => reply.header('allow', 'POST, HEAD').code(200).send());
  for (const { method, url } of LATER) {
    const handler = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
      sendError(reply, request, 501, 'not_implemented', laterWords(request));
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
  dispatchRoutes(app, services);
  app.get('/admin/status', (_, reply) => reply.send(services.status()));
  explainRoute(app, services);
  app.post('/admin/shutdown', (_, reply) => {
    services.stop();
    return reply.code(202).send({ status: 'stopping' });
  });
  return app;
}

/** Clients are often given a base URL with its end missing or doubled. */
function nothingAt(path: string): string {
  const meant = `/v1${path.replace(/^(?:\/v1)+(?=\/)/, '')}`;
  const mend = meant in METHODS ? ` ${meant} is served: correct the client's base URL.` : '';
  return `There is nothing at ${path.slice(0, 200)}.${mend}`;
}

/** Codex names its version when it asks for its models: `/v1/models?client_version=0.169.0`. */
function clientVersionOf(request: FastifyRequest): string | undefined {
  return new URL(request.url, 'http://gateway').searchParams.get('client_version') ?? undefined;
}
