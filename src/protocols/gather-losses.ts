import type { Loss } from '../ir/loss.ts';

/** A history holds the same loss a hundred times over: it is told once, with the number of times. */
export function gatherLosses(losses: readonly Loss[]): readonly Loss[] {
  const gathered = new Map<string, { readonly loss: Loss; times: number }>();
  for (const loss of losses) {
    const inHistory = loss.path.startsWith('messages[');
    const key = inHistory ? `messages ${loss.why}` : `${loss.path} ${loss.why}`;
    const entry = gathered.get(key);
    if (entry === undefined) gathered.set(key, { loss, times: 1 });
    else entry.times += 1;
  }
  return [...gathered.values()].map(({ loss, times }) =>
    times === 1 ? loss : { path: loss.path, why: `${loss.why} (${times} times, first here)` },
  );
}
