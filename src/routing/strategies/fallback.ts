import type { Router } from '../plan.ts';

/** In the order of the file: each is tried when all before it failed. */
export const fallback: Router<'fallback'> = (_route, branches) => ({ branches, why: [] });
