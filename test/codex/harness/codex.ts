import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isJsonObject, type JsonObject, parseJson } from '../../../src/ir/json.ts';

/** What one run of `codex exec --json` printed.
 *  @property events  the JSON lines of its standard output, in order. */
export type CodexRun = {
  readonly status: number | null;
  readonly events: readonly JsonObject[];
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
};

export type CodexOptions = {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: { readonly [name: string]: string };
  readonly timeoutMs?: number;
};

/** The npm package's own entry, which finds the binary of the platform. */
export function codexEntry(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@openai/codex/package.json')), 'bin', 'codex.js');
}

/** The test runner's environment without npm's variables and the checkout's `.bin`, which no user's Codex has. */
export function cleanEnvironment(extra: { readonly [name: string]: string }): { readonly [name: string]: string } {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !/^(npm_|NODE_TEST|NODE_OPTIONS$|CODEX|OPENAI|PLUGBOARD|.*_API_KEY$|.*_proxy$)/i.test(entry[0]),
  );
  const separator = process.platform === 'win32' ? ';' : ':';
  const environment = Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      /^path$/i.test(name)
        ? value
            .split(separator)
            .filter((part) => !/node_modules[\\/]\.bin/.test(part))
            .join(separator)
        : value,
    ]),
  );
  return { ...environment, ...extra };
}

/** Runs the real Codex with nothing on its standard input. */
export function runCodex({ args, cwd, environment, timeoutMs = 60_000 }: CodexOptions): Promise<CodexRun> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [codexEntry(), ...args], {
      cwd,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (status) => {
      resolve({ status, events: jsonLines(stdout), stdout, stderr, ms: performance.now() - started });
    });
  });
}

function jsonLines(text: string): readonly JsonObject[] {
  return text
    .split('\n')
    .map((line) => parseJson(line))
    .filter(isJsonObject);
}

/** Finished items of one type, in order: `agent_message`, `command_execution`, `file_change`, ... */
export function items(run: CodexRun, type: string): readonly JsonObject[] {
  return run.events
    .filter((event) => event['type'] === 'item.completed')
    .map((event) => event['item'])
    .filter(isJsonObject)
    .filter((item) => item['type'] === type);
}

/** What the agent said last. */
export function finalText(run: CodexRun): string {
  return String(items(run, 'agent_message').at(-1)?.['text'] ?? '');
}

/** Every error that Codex showed: its own lines, and why the turn failed. */
export function shownErrors(run: CodexRun): readonly string[] {
  return run.events.flatMap((event) => {
    if (event['type'] === 'error') return [String(event['message'])];
    if (event['type'] === 'turn.failed' && isJsonObject(event['error'])) return [String(event['error']['message'])];
    return [];
  });
}

/** All that helps where an assertion fails. */
export function transcript(run: CodexRun): string {
  return `exit ${run.status} after ${Math.round(run.ms)} ms\n${run.stdout}\n${run.stderr}`;
}
