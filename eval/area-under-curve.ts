/** @returns how often one with the outcome scores higher than one without, ties for a half; 0 where there is no pair. */
export function areaUnderCurve(scores: readonly number[], outcome: readonly boolean[]): number {
  const withIt = scores.filter((_, at) => outcome[at]);
  const without = scores.filter((_, at) => !outcome[at]);
  let above = 0;
  for (const one of withIt) for (const other of without) above += one > other ? 1 : one === other ? 0.5 : 0;
  return above / Math.max(1, withIt.length * without.length);
}
