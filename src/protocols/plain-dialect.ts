import type { Dialect } from '../ir/dialect.ts';

/** What no server is assumed to take, whatever its protocol. */
export const plainDialect = {
  streamUsage: false,
  cacheBreakpoints: false,
  verbosity: false,
  serviceTier: false,
  usage: {},
  errors: {},
  defaults: {},
  drop: [],
  rename: {},
} as const satisfies Partial<Dialect>;

export const plainTools: Dialect['tools'] = {
  maxNameLength: 64,
  dropKeywords: [],
  strict: false,
  parallelField: false,
  hosted: [],
  native: false,
  choices: ['auto', 'none', 'required', 'tool'],
};
