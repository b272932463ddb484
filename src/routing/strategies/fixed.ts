import type { Router } from '../plan.ts';

/** An alias: the first target and no other. */
export const fixed: Router<'fixed'> = (_route, [first]) => ({ branches: [first], why: [] });
