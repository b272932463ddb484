import { distance } from 'fastest-levenshtein';

/** The names most like `word`, best first: for "did you mean". Names that hold the word, or that it holds, come before
 *  names that merely look alike.
 *  @param limit  how many at most. */
export function nearest(word: string, names: Iterable<string>, limit = 3): readonly string[] {
  const wanted = word.toLowerCase();
  return [...new Set(names)]
    .map((name) => ({ name, far: distanceTo(wanted, name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map((candidate) => candidate.name);
}

/** The one name that was probably meant: `undefined` where none is like it. */
export function meant(word: string, names: Iterable<string>): string | undefined {
  const [best] = nearest(word, names, 1);
  if (best === undefined) return undefined;
  const far = distanceTo(word.toLowerCase(), best.toLowerCase());
  return far <= Math.ceil(Math.max(word.length, best.length) * 0.4) ? best : undefined;
}

function distanceTo(wanted: string, name: string): number {
  const letters = distance(wanted, name);
  const holds = wanted.length > 2 && name.length > 2 && (name.includes(wanted) || wanted.includes(name));
  return holds ? Math.min(letters, 1) : letters;
}
