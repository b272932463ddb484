import { z } from 'zod';
import { parseJson } from '../ir/json.ts';
import { findGateway } from './background/find-gateway.ts';
import type { CommandContext } from './context.ts';
import { callGateway, GatewayUnreachable } from './gateway-client.ts';

/** How a deployment fared since the gateway started. @property lastFailure  its kind. */
export type DeploymentHealth = { readonly failuresInARow: number; readonly lastFailure?: string | undefined };

const CALL_LIMIT_MS = 5_000;

const statusSchema = z.object({
  models: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      health: z.object({
        failuresInARow: z.number(),
        lastFailure: z.string().optional(),
        lastSuccessAt: z.number().optional(),
      }),
    }),
  ),
});

/** By `provider/model`, of deployments that were called. Empty while no gateway runs. */
export async function deploymentHealth(context: CommandContext): Promise<ReadonlyMap<string, DeploymentHealth>> {
  const gateway = await findGateway(context);
  if (gateway === undefined) return new Map();
  try {
    const reply = await callGateway(gateway, { path: '/admin/status', timeoutMs: CALL_LIMIT_MS });
    const parsed = statusSchema.safeParse(parseJson(reply.text));
    if (!parsed.success) return new Map();
    const called = parsed.data.models.filter(
      ({ health }) => health.failuresInARow > 0 || health.lastSuccessAt !== undefined,
    );
    return new Map(called.map(({ provider, model, health }) => [`${provider}/${model}`, health]));
  } catch (error) {
    if (error instanceof GatewayUnreachable) return new Map();
    throw error;
  }
}
