import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../context.ts';

/** What the lists of commands are given.
 *  @property group    the heading under which the following commands stand in the help.
 *  @property command  a new command; with a parent, one of its words.
 *  @property end      takes the exit status that a command came to. */
export type Registrar = {
  readonly context: CommandContext;
  readonly group: (heading: string) => void;
  readonly command: (name: string, words: string, parent?: Command) => Command;
  readonly end: (status: Promise<number>) => Promise<void>;
};

export type JsonOption = { readonly json?: boolean };
export const JSON_FLAG = ['--json', 'print the facts as JSON'] as const;

export function wantsJson(options: JsonOption): { readonly json: boolean } {
  return { json: options.json === true };
}

export function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('Give a port from 0 to 65535.');
}

export function countNumber(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('Give a whole number from 1.');
}

const SPANS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/** `90m`, `24h`, `7d`, `2w` ago, or a date. @returns ms since the epoch. */
export function sinceTime(text: string): number {
  const [, count, unit] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  if (unit === 'm' || unit === 'h' || unit === 'd' || unit === 'w') return Date.now() - Number(count) * SPANS_MS[unit];
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text).getTime() : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw new InvalidArgumentError('Give a span such as 24h or 7d, or a date such as 2026-11-01.');
}
