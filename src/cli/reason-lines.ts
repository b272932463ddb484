import type { Reason } from '../routing/reason.ts';
import { UNKNOWN } from './format.ts';

/** Each reason as a sentence with the candidate that it is about. */
export function reasonLines(why: readonly Reason[]): readonly string[] {
  return why.map(({ slug, text }) => (slug === undefined ? text : `${slug}: ${text}`));
}

/** The rule that shut a candidate out, or else what the strategy made of it. */
export function decisive(why: readonly Reason[]): Reason | undefined {
  return why.find(({ rule }) => rule !== undefined) ?? why.find(isWeighed) ?? why[0];
}

export function scoreText(score: number | undefined): string {
  return score === undefined ? UNKNOWN : String(Number(score.toPrecision(4)));
}

export function chanceText(chance: number | undefined): string {
  return chance === undefined ? UNKNOWN : `${Math.round(chance * 100)} %`;
}

export function isWeighed({ slug, rule, score, chance }: Reason): boolean {
  return slug !== undefined && (rule !== undefined || score !== undefined || chance !== undefined);
}
