/** How likely each candidate is to come first: softmax over scores, of which less is better. They sum to one.
 *  @param temperature  0: the best alone, equals alike. */
export function chancesOf(scores: readonly number[], temperature: number): readonly number[] {
  const best = Math.min(...scores);
  const shares = scores.map((score) =>
    temperature > 0 ? Math.exp((best - score) / temperature) : score === best ? 1 : 0,
  );
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}

/** The index on which a lot falls. @param draw  0 (inclusive) to 1. */
export function drawn(chances: readonly number[], draw: number): number {
  let sum = 0;
  for (const [index, chance] of chances.entries()) {
    sum += chance;
    if (draw < sum) return index;
  }
  // Rounding may leave the sum a little below one.
  return chances.findLastIndex((chance) => chance > 0);
}
