const LEAST_RUN = 3;

/** A whole number that is written in one way only. */
export function isWhole(value: string): boolean {
  return /^(?:0|[1-9]\d{0,14})$/u.test(value);
}

/** A time beside that of the line; seconds and milliseconds since 1970 among them. */
export function isTime(value: string): boolean {
  return /^(?:\d{4}[-.]\d{2}[-.]\d{2}[-T.].*|\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?|1\d{9}(?:\d{3})?)$/u.test(value);
}

/** `0..15 20 22..40` */
export function ranges(values: readonly number[]): string {
  const sorted = values.toSorted((one, other) => one - other);
  const pieces: string[] = [];
  for (let at = 0; at < sorted.length; ) {
    const first = sorted[at] ?? 0;
    let end = at;
    while (end + 1 < sorted.length && sorted[end + 1] === first + end + 1 - at) end += 1;
    if (end - at + 1 >= LEAST_RUN) pieces.push(`${first}..${sorted[end]}`);
    else pieces.push(...sorted.slice(at, end + 1).map(String));
    at = end + 1;
  }
  return pieces.join(' ');
}
