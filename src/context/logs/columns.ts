import type { Template, Values } from './miner.ts';

/** Changing parts that stand at the same place of several patterns, after the same words: process ids and the like. They
 *  are listed once, for all. */
export type Column = { readonly name: string; readonly values: Values };

/** @property of  the column of a template's part, where it has one. */
export type Columns = {
  readonly all: readonly Column[];
  readonly of: (template: Template, part: number) => Column | undefined;
};

const LEAST_TEMPLATES = 3;
/** Such parts stand near the beginning of lines, in the first few places. */
const MOST_PARTS = 3;
const LONGEST_START = 60;

export function findColumns(templates: readonly Template[]): Columns {
  const byStart = new Map<string, { readonly values: Values[] }>();
  for (const template of templates) {
    for (const [part, values] of template.values.slice(0, MOST_PARTS).entries()) {
      const start = values.counts.size > 1 ? startOf(template, part) : undefined;
      if (start === undefined) continue;
      const known = byStart.get(start);
      if (known === undefined) byStart.set(start, { values: [values] });
      else known.values.push(values);
    }
  }
  const columns = new Map<string, Column>();
  for (const [start, { values }] of byStart) {
    if (values.length < LEAST_TEMPLATES) continue;
    columns.set(start, { name: nameOf(columns.size), values: sumValues(values) });
  }
  return {
    all: [...columns.values()],
    of: (template, part) => {
      // What never changes is said in the pattern.
      const changes = (template.values[part]?.counts.size ?? 0) > 1;
      const start = changes && part < MOST_PARTS ? startOf(template, part) : undefined;
      return start === undefined ? undefined : columns.get(start);
    },
  };
}

function startOf({ fixed }: Template, part: number): string | undefined {
  const start = fixed.slice(0, part + 1).join('\u0002');
  return start.length <= LONGEST_START && !start.includes(': ') ? start : undefined;
}

/** A to Z, then A1, B1 and so on. */
function nameOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${letter}${Math.floor(index / 26)}`;
}

export function sumValues(all: readonly Values[]): Values {
  const counts = new Map<string, number>();
  let beyond = 0;
  for (const values of all) {
    beyond += values.beyond;
    for (const [value, count] of values.counts) counts.set(value, (counts.get(value) ?? 0) + count);
  }
  return { counts, beyond };
}
