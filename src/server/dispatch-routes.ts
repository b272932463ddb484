import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sendError } from './errors.ts';
import type { Services } from './services.ts';

/** What the dispatcher knows of each deployment, for people and for machines. */
export function dispatchRoutes(app: FastifyInstance, { dispatch }: Services): void {
  app.get('/dispatch/metrics', (_, reply) => reply.send(dispatch.metrics()));
  app.get('/dispatch/state', (_, reply) => reply.send(dispatch.state()));
  app.post('/dispatch/reset', (request, reply) => {
    const name = deploymentOf(request);
    const reset = dispatch.reset(name);
    if (name !== undefined && reset === 0) {
      return sendError(reply, request, 404, 'not_found', `No deployment ${name.slice(0, 200)} was called yet.`);
    }
    return reply.send({ reset });
  });
}

/** `?deployment=PROVIDER/MODEL`; left out: all. */
function deploymentOf(request: FastifyRequest): string | undefined {
  return new URL(request.url, 'http://gateway').searchParams.get('deployment') ?? undefined;
}
