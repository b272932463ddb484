import type { Loss } from '../../ir/loss.ts';

/** Losses of one request. A history holds the same loss a hundred times over: those are told once, with their number. */
export type LossNotes = {
  readonly add: (path: string, why: string) => void;
  readonly count: (path: string, why: string) => void;
  readonly all: () => readonly Loss[];
};

export function lossNotes(): LossNotes {
  const single: Loss[] = [];
  const counts = new Map<string, { readonly path: string; readonly why: string; times: number }>();
  return {
    add: (path, why) => {
      single.push({ path, why });
    },
    count: (path, why) => {
      const key = `${path}\n${why}`;
      const entry = counts.get(key);
      if (entry === undefined) counts.set(key, { path, why, times: 1 });
      else entry.times += 1;
    },
    all: () => [
      ...single,
      ...[...counts.values()].map(({ path, why, times }) => ({
        path,
        why: times === 1 ? why : `${why} (${times} times)`,
      })),
    ],
  };
}
