import type { Candidate } from '../routing/explain.ts';
import { money, tokens, UNKNOWN } from './format.ts';
import { chanceText, decisive, scoreText } from './reason-lines.ts';
import { type Column, table } from './table.ts';

/** Every candidate of a plan with its place, its score or the rule that shut it out. @param columns  of the terminal. */
export function candidateTable(candidates: readonly Candidate[], columns: number | undefined): string {
  return table(HEAD, candidates.map(cellsOf), columns);
}

const HEAD: readonly Column[] = [
  { title: '', right: true },
  { title: 'CANDIDATE' },
  { title: 'PROVIDER/MODEL' },
  { title: 'WINDOW', right: true },
  { title: 'ABOUT', right: true },
  { title: 'SCORE', right: true },
  { title: 'CHANCE', right: true },
  { title: 'WHY' },
];

function cellsOf(candidate: Candidate): readonly string[] {
  const { slug, place, provider, model, contextWindow, why } = candidate;
  const weighed = why.find(({ score, chance }) => score !== undefined || chance !== undefined);
  const reason = decisive(why);
  return [
    place === undefined ? UNKNOWN : String(place),
    slug,
    provider === undefined ? UNKNOWN : `${provider}/${model ?? ''}`,
    contextWindow === undefined ? '?' : tokens(contextWindow),
    costText(candidate),
    scoreText(weighed?.score),
    chanceText(weighed?.chance),
    reason === undefined ? '' : `${reason.rule === undefined ? '' : `${reason.rule}: `}${reason.text}`,
  ];
}

function costText({ provider, costNanoUsd, local }: Candidate): string {
  if (provider === undefined) return UNKNOWN;
  return local ? 'local' : money(costNanoUsd);
}
