import { COMFORTABLE_WINDOW } from '../codex/doctor/context-window.ts';
import { checkProvider, KEPT_OUT } from '../codex/doctor/providers.ts';
import { SAFE_FACTS } from '../config/facts.ts';
import { priceOf } from '../metering/pricing.ts';
import type { Model } from '../providers/provider.ts';
import type { Check } from './check.ts';
import type { CommandContext } from './context.ts';
import { tokens } from './format.ts';
import { withProgress } from './progress.ts';
import { probeAll } from './providers.ts';

/** What can be said of a route without spending: its models' facts, and what their providers answer to questions that
 *  cost nothing. A target that is out of order fails a route only where no other can serve. */
export async function checkRoute(models: readonly Model[], context: CommandContext): Promise<readonly Check[]> {
  // A provider that wants the client's own login cannot be asked without it.
  const providers = [...new Set(models.map((model) => model.provider))].filter(
    ({ auth }) => auth.type !== 'passthrough',
  );
  const probes = await withProgress(context.io, 'asking the providers', () => probeAll(providers, context, models));
  const targets = models.map((model): readonly Check[] => {
    const probe = probes.get(model.provider.id);
    const findings = probe === undefined ? [] : checkProvider(probe, [model]);
    return [
      ...findings.map(({ level, check, cause, mend }): Check => {
        const words = mend === undefined ? cause : `${cause} ${mend}`;
        const failed = level === 'error' || check === KEPT_OUT;
        return { name: nameOf(model), state: failed ? 'failed' : level, words };
      }),
      ...factChecks(model),
    ];
  });
  const serves = targets.some((checks) => checks.every((check) => check.state !== 'failed'));
  return targets
    .flat()
    .map((check) => (serves && check.state === 'failed' ? { ...check, state: 'warning' as const } : check));
}

function factChecks(model: Model): readonly Check[] {
  const { provider, facts } = model;
  const warnings: string[] = [];
  if (facts.contextWindow === undefined) {
    const assumed = `${tokens(SAFE_FACTS.contextWindow)} tokens are assumed`;
    warnings.push(`its window is not known from here; unless the provider tells, ${assumed}. Set context_window.`);
  } else if (facts.contextWindow < COMFORTABLE_WINDOW) {
    warnings.push(`its window of ${tokens(facts.contextWindow)} tokens is small: Codex's own prompt takes much of it.`);
  }
  if (!provider.local && priceOf(model, Date.now()) === undefined) {
    warnings.push('it has no known price, so its cost will not be counted. Set price.');
  }
  return warnings.map((words) => ({ name: nameOf(model), state: 'warning', words }));
}

function nameOf(model: Model): string {
  return `${model.provider.id}/${model.upstreamId}`;
}
