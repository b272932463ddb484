import type { Environment } from './environment.ts';

/** A value that a variable sets over the file. */
export type Override<T> = { readonly variable: string; readonly value: T };

/** What the environment sets over the file, each with the variable that set it. */
export type Overrides = {
  readonly provider?: Override<string>;
  readonly model?: Override<string>;
  readonly avoidOpenai?: Override<boolean>;
  readonly localOnly?: Override<boolean>;
  readonly maxCostUsd?: Override<number>;
};

/** A variable with a value that it cannot have. */
export type BadVariable = { readonly variable: string; readonly message: string; readonly mend: string };

/** Reads CONTRACT's variables, and the older names beside them. An empty variable counts as unset. */
export function readOverrides(environment: Environment): {
  readonly overrides: Overrides;
  readonly bad: readonly BadVariable[];
} {
  const bad: BadVariable[] = [];
  const named = (...variables: readonly string[]): Override<string> | undefined => {
    for (const variable of variables) {
      const value = environment[variable]?.trim();
      if (value !== undefined && value !== '') return { variable, value };
    }
    return undefined;
  };
  const flag = (variable: string): Override<boolean> | undefined => {
    const word = environment[variable]?.trim().toLowerCase() ?? '';
    if (word === '') return undefined;
    const value = FLAG_WORDS.get(word);
    if (value === undefined) {
      bad.push({ variable, message: 'is neither true nor false.', mend: 'Set it to 1 or 0.' });
      return undefined;
    }
    return { variable, value };
  };
  const provider = named('PLUGBOARD_PROVIDER', 'CODEX_ROUTER_PROVIDER');
  const model = named('PLUGBOARD_MODEL');
  const avoidOpenai = flag('PLUGBOARD_AVOID_OPENAI') ?? olderMode(environment);
  const localOnly = flag('PLUGBOARD_LOCAL_ONLY');
  const limit = named('PLUGBOARD_MAX_COST_USD');
  const value = Number(limit?.value ?? 0);
  const isAmount = value >= 0 && Number.isFinite(value);
  if (limit !== undefined && !isAmount) {
    bad.push({
      variable: limit.variable,
      message: 'is no amount in dollars.',
      mend: 'Set it to a number such as 0.5.',
    });
  }
  return {
    overrides: {
      ...(provider === undefined ? {} : { provider }),
      ...(model === undefined ? {} : { model }),
      ...(avoidOpenai === undefined ? {} : { avoidOpenai }),
      ...(localOnly === undefined ? {} : { localOnly }),
      ...(limit !== undefined && isAmount ? { maxCostUsd: { variable: limit.variable, value } } : {}),
    },
    bad,
  };
}

const FLAG_WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['0', 'false', 'no', 'off'].map((word) => [word, false] as const),
]);

/** The older variable knows other words as well; only this one restricts. */
function olderMode(environment: Environment): Override<boolean> | undefined {
  const variable = 'CODEX_ROUTER_OPENAI_MODE';
  return environment[variable]?.trim().toLowerCase() === 'avoid' ? { variable, value: true } : undefined;
}
