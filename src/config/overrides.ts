import type { Environment } from './environment.ts';

/** What the environment sets over the file, each with the variable that set it.
 *  @property avoidOpenai, localOnly  the name of the variable that asks for it; absent: not asked for. */
export type Overrides = {
  readonly provider?: { readonly variable: string; readonly value: string };
  readonly model?: { readonly variable: string; readonly value: string };
  readonly avoidOpenai?: string;
  readonly localOnly?: string;
  readonly maxCostUsd?: { readonly variable: string; readonly value: number };
};

/** A variable with a value that it cannot have. */
export type BadVariable = { readonly variable: string; readonly message: string; readonly mend: string };

/** Reads CONTRACT's variables, and the older names beside them. An empty variable counts as unset. */
export function readOverrides(environment: Environment): {
  readonly overrides: Overrides;
  readonly bad: readonly BadVariable[];
} {
  const bad: BadVariable[] = [];
  const named = (...variables: readonly string[]): { variable: string; value: string } | undefined => {
    for (const variable of variables) {
      const value = environment[variable]?.trim();
      if (value !== undefined && value !== '') return { variable, value };
    }
    return undefined;
  };
  const flag = (variable: string): string | undefined => {
    const value = environment[variable]?.trim().toLowerCase() ?? '';
    if (['', '0', 'false', 'no', 'off'].includes(value)) return undefined;
    if (!['1', 'true', 'yes', 'on'].includes(value)) {
      bad.push({ variable, message: 'is neither true nor false.', mend: 'Set it to 1 or 0.' });
    }
    return variable;
  };
  const provider = named('PLUGBOARD_PROVIDER', 'CODEX_ROUTER_PROVIDER');
  const model = named('PLUGBOARD_MODEL');
  const older = environment['CODEX_ROUTER_OPENAI_MODE']?.trim().toLowerCase() === 'avoid';
  const avoidOpenai = flag('PLUGBOARD_AVOID_OPENAI') ?? (older ? 'CODEX_ROUTER_OPENAI_MODE' : undefined);
  const localOnly = flag('PLUGBOARD_LOCAL_ONLY');
  const limit = named('PLUGBOARD_MAX_COST_USD');
  const value = Number(limit?.value ?? 0);
  if (limit !== undefined && !(value >= 0 && Number.isFinite(value))) {
    bad.push({
      variable: limit.variable,
      message: 'is no amount in dollars.',
      mend: 'Set it to a number such as 0.5.',
    });
  }
  return {
    overrides: {
      ...(provider === undefined || provider.value === 'auto' ? {} : { provider }),
      ...(model === undefined ? {} : { model }),
      ...(avoidOpenai === undefined ? {} : { avoidOpenai }),
      ...(localOnly === undefined ? {} : { localOnly }),
      ...(limit !== undefined && value > 0 ? { maxCostUsd: { variable: limit.variable, value } } : {}),
    },
    bad,
  };
}
