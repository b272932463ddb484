import { type Effect, type ShadowEffect, shadowEffect } from '../../metering/shadow-effect.ts';
import type { Estimate } from '../../statistics/bootstrap.ts';
import { seededRandom } from '../../statistics/random.ts';
import { DONE } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { plural } from '../format.ts';
import { line, printJson } from '../io.ts';
import { withLedger } from '../ledger.ts';

/** @property since  ms since the epoch. */
export type ShadowOptions = { readonly json: boolean; readonly since?: number };

/** What following the adaptive router would have changed. */
export async function statsShadow({ json, since }: ShadowOptions, context: CommandContext): Promise<number> {
  const { io } = context;
  const entries = await withLedger(context, (ledger) =>
    ledger.list({ adaptive: true, ...(since === undefined ? {} : { since }) }),
  );
  // The same ledger gives the same intervals.
  const effect = shadowEffect(entries, seededRandom(1));
  if (json) {
    printJson(io, effect);
    return DONE;
  }
  if (effect.decisions === 0) {
    line(io.err, 'The adaptive router was asked about no request. Set adaptive_router.enabled to true in config.yaml.');
    return DONE;
  }
  for (const text of linesOf(effect)) line(io.out, text);
  return DONE;
}

function linesOf({
  decisions,
  wouldSwitch,
  applied,
  costGuardBlocked,
  followed,
  canary,
}: ShadowEffect): readonly string[] {
  const share = ((100 * wouldSwitch) / decisions).toFixed(1);
  return [
    `${plural(decisions, 'request')}: it would have switched ${wouldSwitch} (${share} %), was followed in ${applied}, and passed over a better one for its cost in ${costGuardBlocked}.`,
    '',
    'Had it been followed always, against what risk drew:',
    ...effectLines(followed),
    ...(canary === undefined ? [] : ['', 'Sessions that follow it against those that do not:', ...effectLines(canary)]),
  ];
}

function effectLines(effect: Effect): readonly string[] {
  if (!effect.enough) return [`  Not enough data: ${effect.why}.`];
  return [
    `  time to first token  ${shown(effect.ttftMs, 1, 0, 'ms')}`,
    `  errors               ${shown(effect.errors, 100, 2, 'points')}`,
    `  cost of 1,000        ${shown(effect.costNanoUsd, 1e-6, 4, 'USD')}`,
    `  95% intervals, from ${plural(effect.requests, 'request')} of ${plural(effect.sessions, 'session')}. Estimates: docs/adaptive.md says what they assume.`,
  ];
}

/** @param scale  from the estimate's unit to the one shown. */
function shown({ value, low, high }: Estimate, scale: number, digits: number, unit: string): string {
  const of = (one: number): string => `${one > 0 ? '+' : ''}${(one * scale).toFixed(digits)}`;
  const clear = low > 0 || high < 0 ? '' : '   (may be none)';
  return `${of(value)} ${unit} [${of(low)}, ${of(high)}]${clear}`;
}
