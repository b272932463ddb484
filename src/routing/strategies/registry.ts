import type { Router, StrategyId } from '../plan.ts';
import { fallback } from './fallback.ts';
import { fixed } from './fixed.ts';

/** Every strategy that a route may name. */
export const STRATEGIES: Readonly<Record<StrategyId, Router>> = { fixed, fallback };
