import type { Features } from './features.ts';

export type Complexity = 'simple' | 'medium' | 'complex';

/** @property signs  what spoke for it, each a few words for a person. */
export type Judged = { readonly complexity: Complexity; readonly signs: readonly string[] };

/** Work that reaches far, by its verb or its matter. */
const WIDE =
  /\b(?:refactor\w*|migrat\w*|redesign\w*|rearchitect\w*|architecture|rewrite|port|integrate|implement|concurren\w*|race condition|deadlock|memory leak|distributed|security|vulnerabilit\w*|optimi[sz]e|performance|root cause|investigate|end[- ]to[- ]end|backward[- ]compatib\w*)\b/iu;
/** Work that is small whatever it is done to. */
const NARROW =
  /\b(?:typo\w*|rename|reword|reformat|format|bump|spelling|comment|docstring|list|show|print|count|translate|what (?:is|does|are)|where is|which file)\b/iu;

const LONG = 1_500;
const VERY_LONG = 3_500;
const SHORT = 300;

type Sign = {
  readonly words: string;
  readonly points: number;
  readonly is: (text: string, features: Features) => boolean;
};

const counted = (features: Features, name: 'files' | 'stack-frames' | 'steps'): number =>
  Math.round(Math.exp(features.structure[name]) - 1);

/** One point is where a task begins; these add to it. A table of rules by hand, not trained: no public data says how hard a
 *  task for a coding agent is by its words. */
const SIGNS: readonly Sign[] = [
  { words: 'reaches far by its verb or matter', points: 2, is: (text) => WIDE.test(text) },
  {
    words: 'small by its verb, and short',
    points: -1,
    is: (text) => text.length < SHORT && NARROW.test(text) && !WIDE.test(text),
  },
  {
    words: 'a short question',
    points: -1,
    is: (text) => text.length < SHORT && text.trimEnd().endsWith('?') && !WIDE.test(text),
  },
  { words: 'a stack trace', points: 1, is: (_, features) => counted(features, 'stack-frames') > 0 },
  { words: 'three files or more', points: 1, is: (_, features) => counted(features, 'files') >= 3 },
  { words: 'three steps or more', points: 1, is: (_, features) => counted(features, 'steps') >= 3 },
  { words: `longer than ${LONG} characters`, points: 1, is: (text) => text.length > LONG },
  { words: `longer than ${VERY_LONG} characters`, points: 1, is: (text) => text.length > VERY_LONG },
];

/** @param text  cut to what the features were read of, so that the time has a bound. */
export function complexityOf(text: string, features: Features): Judged {
  const found = SIGNS.filter(({ is }) => is(text, features));
  const points = found.reduce((sum, sign) => sum + sign.points, 1);
  const complexity = points <= 0 ? 'simple' : points <= 2 ? 'medium' : 'complex';
  return { complexity, signs: found.map(({ words }) => words) };
}
