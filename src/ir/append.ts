/** `list.push(...more)` for lists of any length: a spread takes a place on the stack for each entry, and a request may hold
 *  more of them than the stack does. */
export function append<T>(list: T[], more: readonly T[]): void {
  for (const one of more) list.push(one);
}
