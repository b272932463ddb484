import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isJsonObject, parseJson } from '../../ir/json.ts';
import type { DaemonFacts } from './daemon.ts';

/** Reads Codex's files; writes none. */

export type TextFile = { readonly file: string; readonly text: string | undefined; readonly changedAt?: number };

export function readTextFile(file: string): TextFile {
  try {
    return { file, text: readFileSync(file, 'utf8'), changedAt: statSync(file).mtimeMs };
  } catch {
    return { file, text: undefined };
  }
}

/** The `.codex/config.toml` of each folder from `start` up to the root, except Codex's own home. */
export function projectConfigs(start: string, codexHome: string): TextFile[] {
  const found: TextFile[] = [];
  for (let folder = start; ; folder = dirname(folder)) {
    const home = join(folder, '.codex');
    const file = readTextFile(join(home, 'config.toml'));
    if (home !== codexHome && file.text !== undefined) found.push(file);
    if (dirname(folder) === folder) return found;
  }
}

/** Codex's background app-server, when it runs. Its variables are readable on Linux alone. */
export function readDaemon(codexHome: string): DaemonFacts | undefined {
  const record = parseJson(readTextFile(join(codexHome, 'app-server-daemon', 'daemon.pid')).text ?? '');
  const pid = isJsonObject(record) ? record['pid'] : undefined;
  const started = isJsonObject(record) ? Date.parse(String(record['processStartTime'])) : Number.NaN;
  if (typeof pid !== 'number' || !isAlive(pid)) return undefined;
  const variables = variablesOf(pid);
  return { pid, startedAt: Number.isNaN(started) ? 0 : started, ...(variables === undefined ? {} : { variables }) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function variablesOf(pid: number): DaemonFacts['variables'] {
  const text = readTextFile(`/proc/${pid}/environ`).text;
  if (text === undefined) return undefined;
  return Object.fromEntries(
    text
      .split('\0')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}
