import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { inputItems } from '../protocols/openai-responses/kept/input-items.ts';
import { callerOf } from './auth.ts';
import { sendError } from './errors.ts';
import { headersOf } from './request-facts.ts';
import type { Services } from './services.ts';

type Named = FastifyRequest<{ Params: { id: string } }>;
const PATH = '/v1/responses/:id';

/** What the gateway keeps of a reply that its client let be stored, by its id. */
export function keptRoutes(app: FastifyInstance, { kept }: Services): void {
  const ownerOf = (request: FastifyRequest): string => callerOf(headersOf(request.raw)).id;
  const missing = (request: Named, reply: FastifyReply): FastifyReply =>
    sendError(reply, request, 404, 'not_found', `Response with id '${request.params.id.slice(0, 100)}' not found.`);

  app.get(PATH, (request: Named, reply) => {
    if (new URL(request.url, 'http://gateway').searchParams.get('stream') === 'true')
      return sendError(reply, request, 400, 'unsupported_parameter', 'A kept reply is not streamed again.');
    const response = kept.find(ownerOf(request), request.params.id)?.response;
    if (response === undefined) return missing(request, reply);
    return reply.type('application/json; charset=utf-8').send(response);
  });
  app.delete(PATH, (request: Named, reply) => {
    const { id } = request.params;
    if (!kept.drop(ownerOf(request), id)) return missing(request, reply);
    return reply.send({ id, object: 'response', deleted: true });
  });
  app.get(`${PATH}/input_items`, (request: Named, reply) => {
    const found = kept.find(ownerOf(request), request.params.id);
    if (found === undefined) return missing(request, reply);
    return reply.send(inputItems(found, new URL(request.url, 'http://gateway').searchParams));
  });
}
