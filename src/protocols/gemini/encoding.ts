import type { Loss } from '../../ir/loss.ts';
import type { EgressTarget } from '../protocol.ts';
import type { ToolNames } from '../tool-names.ts';

/** Where what is being encoded stands, and what comes of it. @property path  for losses. */
export type Encoding = {
  readonly names: ToolNames;
  readonly target: EgressTarget;
  readonly path: string;
  readonly losses: Loss[];
};
