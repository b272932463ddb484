import type { LedgerEntry } from '../metering/ledger.ts';
import { chanceText, isWeighed, scoreText } from './reason-lines.ts';
import { type Column, table } from './table.ts';

/** Every candidate of a past request, as lines of a table: those that were tried and those that would have been next, in
 *  their order, then those that were shut out or only weighed. None where the request reached no plan. */
export function candidateLines({ why, attempts }: LedgerEntry): readonly string[] {
  // The outermost route comes first; what it nests says its own order behind it.
  const order = why.find((reason) => reason.order !== undefined)?.order ?? [];
  const weighed = why.flatMap((reason) => (isWeighed(reason) && reason.slug !== undefined ? [reason.slug] : []));
  const slugs = new Set([...attempts.map(({ slug }) => slug), ...order, ...weighed]);
  if (slugs.size === 0) return [];
  const rows = [...slugs].map((slug) => {
    const own = why.filter((reason) => reason.slug === slug);
    const scored = own.find(({ score, chance }) => score !== undefined || chance !== undefined);
    return [slug, scoreText(scored?.score), chanceText(scored?.chance), fateOf(slug)];
  });
  return table(HEAD, rows).trimEnd().split('\n');

  function fateOf(slug: string): string {
    const tries = attempts.filter((attempt) => attempt.slug === slug);
    const last = tries.at(-1);
    if (last !== undefined) {
      const times = tries.length === 1 ? '' : ` (${tries.length} tries)`;
      return `${last.failure === undefined ? 'served' : `tried: ${last.failure.kind}`}${times}`;
    }
    if (order.includes(slug)) return `not tried: number ${order.indexOf(slug) + 1} in the order`;
    const rule = why.find((reason) => reason.slug === slug && reason.rule !== undefined)?.rule;
    return rule === undefined ? '' : `shut out: ${rule}`;
  }
}

const HEAD: readonly Column[] = [
  { title: 'CANDIDATE' },
  { title: 'SCORE', right: true },
  { title: 'CHANCE', right: true },
  { title: '' },
];
