import type { Random } from './random.ts';

/** Something that is fed bytes of strangers.
 *  @property samples  what it is meant for: inputs are made by changing these.
 *  @property check    feeds it one input. @throws whatever a finding is: an error that is not allowed, a broken law. */
export type Subject = {
  readonly name: string;
  readonly samples: readonly Uint8Array[];
  readonly check: (input: Uint8Array, random: Random) => void | Promise<void>;
};
