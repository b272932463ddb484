import { mutate } from './mutate.ts';
import { type Random, randomOf } from './random.ts';
import type { Subject } from './subject.ts';

/** One input of a run, wholly given by the run's seed and its number, and what it is fed to. */
export type Input = { readonly subject: Subject; readonly bytes: Uint8Array; readonly random: () => Random };

export function inputOf(subjects: readonly Subject[], seed: number, number: number): Input {
  const subject = subjects[number % subjects.length];
  if (subject === undefined) throw new RangeError('nothing to feed');
  const random = randomOf(seed, number);
  const sample = subject.samples[random.below(subject.samples.length)] ?? new Uint8Array(0);
  const bytes = random.chance(0.01) ? sample : mutate(sample, subject.samples, random);
  // The choices of the check do not depend on how the input was made: a smaller one meets the same.
  return { subject, bytes, random: () => randomOf(seed, number, 1) };
}
