import { isNonEmpty } from '../ir/non-empty.ts';
import type { Route } from '../routing/route.ts';
import type { ConfigFile } from './schema.ts';

export function compileRoutes(config: ConfigFile): readonly Route[] {
  return Object.entries(config.routes).flatMap(([slug, { strategy, targets }]): readonly Route[] => {
    return isNonEmpty(targets) ? [{ slug, strategy, targets }] : [];
  });
}
