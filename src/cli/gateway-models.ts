import { z } from 'zod';
import { parseJson } from '../ir/json.ts';
import { findGateway } from './background/find-gateway.ts';
import type { CommandContext } from './context.ts';
import { callGateway, GatewayUnreachable } from './gateway-client.ts';

/** What the running gateway knows of a model beyond the configuration.
 *  @property health         how it fared since the gateway started; `null` where it was not called.
 *  @property contextWindow  the provider's own word included. */
export type GatewayModel = { readonly health: DeploymentHealth | null; readonly contextWindow: number | null };

/** @property lastFailure  its kind. @property limit  why no calls go there now. */
export type DeploymentHealth = {
  readonly failuresInARow: number;
  readonly lastFailure?: string | undefined;
  readonly limit?: DeploymentLimit | undefined;
};

/** @property remainingSeconds  `null`: it depends on other calls. */
export type DeploymentLimit = { readonly reason: string; readonly remainingSeconds: number | null };

const CALL_LIMIT_MS = 5_000;

const statusSchema = z.object({
  models: z.array(
    z.object({
      slug: z.string(),
      contextWindow: z.number().nullable(),
      health: z.object({
        failuresInARow: z.number(),
        lastFailure: z.string().optional(),
        lastSuccessAt: z.number().optional(),
        limit: z.object({ reason: z.string(), remainingSeconds: z.number().nullable() }).optional(),
      }),
    }),
  ),
});

/** By slug. Empty while no gateway runs. */
export async function gatewayModels(context: CommandContext): Promise<ReadonlyMap<string, GatewayModel>> {
  const gateway = await findGateway(context);
  if (gateway === undefined) return new Map();
  try {
    const reply = await callGateway(gateway, { path: '/admin/status', timeoutMs: CALL_LIMIT_MS });
    const parsed = statusSchema.safeParse(parseJson(reply.text));
    const models = parsed.success ? parsed.data.models : [];
    return new Map(
      models.map(({ slug, health, contextWindow }) => {
        const called = health.failuresInARow > 0 || health.lastSuccessAt !== undefined || health.limit !== undefined;
        return [slug, { health: called ? health : null, contextWindow }];
      }),
    );
  } catch (error) {
    if (error instanceof GatewayUnreachable) return new Map();
    throw error;
  }
}

/** The models that calls are kept from now, each with why and for how long. */
export function limitSentences(models: ReadonlyMap<string, GatewayModel>): readonly string[] {
  return [...models].flatMap(([slug, { health }]) =>
    health?.limit === undefined ? [] : [`${slug}: ${health.limit.reason}`],
  );
}
