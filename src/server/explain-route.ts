import type { FastifyInstance } from 'fastify';
import { isJsonObject, parseJson } from '../ir/json.ts';
import { POLICY_HEADER } from '../policy/tightening.ts';
import { sendError } from './errors.ts';
import { readBody } from './read-body.ts';
import type { Services } from './services.ts';

/** Which model a prompt would get now, and why: `{"prompt": TEXT, "model": SLUG}`, under the policy that a header may narrow.
 *  No model is called. */
export function explainRoute(app: FastifyInstance, { explain, settings }: Services): void {
  app.post('/admin/explain', async (request, reply) => {
    const body = parseJson((await readBody(request.raw, settings().bodyLimitBytes)).toString('utf8'));
    const { prompt, model } = isJsonObject(body) ? body : {};
    if (typeof prompt !== 'string' || (model !== undefined && typeof model !== 'string')) {
      return sendError(reply, request, 400, 'invalid_request', 'Expected {"prompt": TEXT}, and a slug as "model".');
    }
    return reply.send(await explain(prompt, model, request.headers[POLICY_HEADER]?.toString()));
  });
}
