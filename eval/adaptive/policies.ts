import { DEFAULT_ADAPTIVE } from '../../src/routing/adaptive/settings.ts';
import { product } from '../dispatch/policies/product.ts';
import type { Policy } from '../dispatch/simulate.ts';

/** The product's route with `strategy: adaptive`, out of shadow mode, every session following; all else as by default. */
export const adaptive: Policy = product('adaptive', (common) => ({ ...common, strategy: 'adaptive' }), undefined, {
  ...DEFAULT_ADAPTIVE,
  enabled: true,
  shadowMode: false,
  canary: 1,
});
