import { join } from 'node:path';
import { z } from 'zod';
import type { Snapshot } from '../config/snapshot.ts';
import { fixedView } from '../config/view.ts';
import { parseJson } from '../ir/json.ts';
import { priceOf } from '../metering/pricing.ts';
import { type Admissions, createAdmissions, limitsCost, startOfMonth } from '../policy/admission.ts';
import { policyInForce } from '../policy/in-force.ts';
import { policyHeaders } from '../policy/tightening.ts';
import { NO_HEALTH } from '../routing/dispatch/health.ts';
import { type Explained, explainPrompt } from '../routing/explain.ts';
import type { RouteView } from '../routing/plan.ts';
import { PURPOSES } from '../routing/purpose.ts';
import { RULE_IDS } from '../routing/reason.ts';
import { readSpending } from '../storage/spending.ts';
import { findGateway } from './background/find-gateway.ts';
import { readConfiguration } from './configuration.ts';
import type { CommandContext } from './context.ts';
import { callGateway, GatewayUnreachable } from './gateway-client.ts';

/** @property by  who planned: the gateway that runs, with what it knows of its deployments, or the configuration alone. */
export type FoundExplanation = Explained & { readonly by: 'gateway' | 'configuration' };

const CALL_LIMIT_MS = 10_000;

/** Which model a first prompt would get. @param slug  left out: the default. */
export async function explanationOf(
  prompt: string,
  slug: string | undefined,
  context: CommandContext,
): Promise<FoundExplanation> {
  const told = await byGateway(prompt, slug, context);
  if (told !== undefined) return { ...told, by: 'gateway' };
  const snapshot = readConfiguration(context);
  const afford = limitsCost(snapshot.policy) ? await affordOf(snapshot, context) : undefined;
  return { ...explainedFrom(prompt, slug, snapshot, afford), by: 'configuration' };
}

/** The same by the configuration alone, under whatever policy it has. @param afford  its limits of cost. */
export function explainedFrom(
  prompt: string,
  slug: string | undefined,
  snapshot: Snapshot,
  afford?: RouteView['afford'],
): Explained {
  const now = Date.now();
  const view: RouteView = {
    ...fixedView(snapshot),
    now,
    draw: Math.random(),
    health: NO_HEALTH,
    priceOf: (model) => priceOf(model, now),
    ...(afford === undefined ? {} : { afford }),
  };
  return explainPrompt(prompt, slug ?? snapshot.defaultModel, view, policyInForce(snapshot.policy));
}

/** The limits of cost, over what the ledger says was spent. */
async function affordOf({ policy }: Snapshot, { places }: CommandContext): Promise<Admissions['afford']> {
  const now = Date.now();
  const expected = (): never => {
    throw new RangeError('nothing is admitted here');
  };
  const admissions = createAdmissions({ policy: () => policy, expected, now: () => now });
  admissions.learn(await readSpending(join(places.home, 'plugboard.db'), startOfMonth(now), now));
  return admissions.afford;
}

async function byGateway(
  prompt: string,
  slug: string | undefined,
  context: CommandContext,
): Promise<Explained | undefined> {
  const gateway = await findGateway(context);
  if (gateway === undefined) return undefined;
  const body = { prompt, ...(slug === undefined ? {} : { model: slug }) };
  try {
    const reply = await callGateway(gateway, {
      method: 'POST',
      path: '/admin/explain',
      body,
      headers: policyHeaders(readConfiguration(context).policy),
      timeoutMs: CALL_LIMIT_MS,
    });
    const parsed = explainedSchema.safeParse(parseJson(reply.text));
    // A gateway of another version may not know the question.
    return reply.status === 200 && parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof GatewayUnreachable) return undefined;
    throw error;
  }
}

const reason = z.object({
  slug: z.string().exactOptional(),
  text: z.string(),
  rule: z.enum(RULE_IDS).exactOptional(),
  score: z.number().exactOptional(),
  chance: z.number().exactOptional(),
  order: z.array(z.string()).exactOptional(),
});

const explainedSchema: z.ZodType<Explained> = z.object({
  asked: z.string(),
  route: z.string(),
  purpose: z.enum(PURPOSES),
  inputTokens: z.number(),
  problem: z.string().exactOptional(),
  candidates: z.array(
    z.object({
      slug: z.string(),
      provider: z.string().exactOptional(),
      model: z.string().exactOptional(),
      place: z.number().exactOptional(),
      contextWindow: z.number().exactOptional(),
      costNanoUsd: z.number().exactOptional(),
      local: z.boolean(),
      why: z.array(reason),
    }),
  ),
  why: z.array(reason),
  policy: z.array(z.string()),
});
