import { gunzipped } from '../data.ts';

/** One line of a Loghub sample with what people found in it. */
export type LogLine = {
  readonly raw: string;
  readonly event: string;
  readonly template: string;
  readonly content: string;
  readonly level: string;
  readonly component: string;
};

/** @returns the lines of one system's sample, of which each has its row in the table. */
export function readSystem(
  folder: string,
  system: string,
): { readonly text: string; readonly lines: readonly LogLine[] } {
  const text = gunzipped(folder, `${system}_2k.log.gz`);
  const raw = text.split(/\r?\n/u);
  const [names = [], ...rows] = csvRows(gunzipped(folder, `${system}_2k.log_structured.csv.gz`));
  const column = (row: readonly string[], name: string): string => row[names.indexOf(name)] ?? '';
  const lines = rows.map((row) => ({
    raw: raw[Number(column(row, 'LineId')) - 1] ?? '',
    event: column(row, 'EventId'),
    template: column(row, 'EventTemplate'),
    content: column(row, 'Content'),
    level: column(row, 'Level'),
    component: column(row, 'Component'),
  }));
  return { text, lines };
}

/** RFC 4180. */
function csvRows(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const { 1: quoted, 2: plain, 3: end } of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gu)) {
    if (quoted === undefined && plain === '' && end === '' && row.length === 0) break;
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    rows.push(row);
    row = [];
    if (end === '') break;
  }
  return rows;
}

const LEVELS = /^(?:E|F|ERROR|FATAL|SEVERE|CRITICAL|CRIT|ALERT|EMERG|PANIC|FAILURE)$/iu;
const WORDS =
  /\b(?:error|fail|failed|failure|failing|exception|fatal|panic|abort(?:ed)?|crash(?:ed)?|refused|denied)\b|(?:Error|Exception)\b/iu;

/** What the evaluation takes for a failure: its level says so, or a word of its message. */
export function isFailure({ level, content }: LogLine): boolean {
  return LEVELS.test(level) || WORDS.test(content);
}
