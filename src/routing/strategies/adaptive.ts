import type { Router } from '../plan.ts';
import { byRisk } from './risk.ts';

/** As `risk` chooses, unless the adaptive router knows better and is followed (`adaptive_router` in config.yaml): outside
 *  its shadow mode, for the share of sessions that its canary gives, within its cost guard. Where it is off, `risk`. */
export const adaptive: Router<'adaptive'> = (_route, branches, query, view) => byRisk(branches, query, view, true);
