/** The real Claude Code, in a home and a repository of its own, with nobody to call but the gateway. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../../src/ir/json.ts';
import { cleanEnvironment } from '../../codex/harness/codex.ts';

/** What one run of `claude -p --output-format stream-json` printed. @property events  its lines, in order. */
export type ClaudeRun = {
  readonly status: number | null;
  readonly events: readonly JsonObject[];
  readonly stdout: string;
  readonly stderr: string;
};

export type ClaudeOptions = {
  readonly gateway: { readonly url: string; readonly token: string };
  readonly model: string;
  readonly prompt: string;
  readonly directory: string;
  readonly home: string;
  readonly args?: readonly string[];
  readonly environment?: { readonly [name: string]: string };
};

const requireHere = createRequire(import.meta.url);

/** The native binary: in the package of this platform, or where the package's install script puts a copy. Undefined where
 *  neither is there, as on a platform that it is not made for. */
export function claudeBinary(): string | undefined {
  const libc = process.platform === 'linux' && !hasGlibc() ? '-musl' : '';
  const name = process.platform === 'win32' ? 'claude.exe' : 'claude';
  const own = folderOf(`@anthropic-ai/claude-code-${process.platform}-${process.arch}${libc}`);
  const copied = folderOf('@anthropic-ai/claude-code');
  const places = [
    ...(own === undefined ? [] : [join(own, name)]),
    ...(copied === undefined ? [] : [join(copied, 'bin', 'claude.exe')]),
  ];
  // Before the install script has run, a small program that explains this stands in the copy's place.
  return places.find((file) => existsSync(file) && statSync(file).size > 10_000_000);
}

function folderOf(name: string): string | undefined {
  try {
    return dirname(requireHere.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

function hasGlibc(): boolean {
  const report: unknown = process.report.getReport();
  return isJsonObject(report) && isJsonObject(report['header']) && 'glibcVersionRuntime' in report['header'];
}

/** A repository of one commit, and a home without any configuration. */
export function claudeWorkspace(): { readonly directory: string; readonly home: string; readonly remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), 'plugboard-claude-'));
  const directory = join(root, 'repository');
  const home = join(root, 'home');
  mkdirSync(directory);
  mkdirSync(home);
  writeFileSync(join(directory, 'README.md'), 'hello\n');
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: directory, stdio: 'pipe' });
  git('init', '-q');
  git('add', '-A');
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', 'commit', '-q', '-m', 'Begin');
  return {
    directory,
    home,
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** Runs it with the environment that the README tells, and with its calls home switched off. */
export function runClaude(binary: string, options: ClaudeOptions): Promise<ClaudeRun> {
  const { gateway, model, prompt, directory, home, args = [] } = options;
  const child = spawn(
    binary,
    ['-p', prompt, '--output-format', 'stream-json', '--verbose', '--allowedTools', 'Bash,Read,Edit,Write', ...args],
    {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
      env: {
        ...withoutClaude(cleanEnvironment({})),
        HOME: home,
        USERPROFILE: home,
        CLAUDE_CONFIG_DIR: join(home, '.claude'),
        ANTHROPIC_BASE_URL: gateway.url,
        ANTHROPIC_AUTH_TOKEN: gateway.token,
        ANTHROPIC_MODEL: model,
        ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
        ...options.environment,
      },
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      const events = stdout.split('\n').map(parseJson).filter(isJsonObject);
      resolve({ status, events, stdout, stderr });
    });
  });
}

/** A Claude Code that runs these tests must not be taken for the one under test. */
function withoutClaude(environment: { readonly [name: string]: string }): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(CLAUDE|ANTHROPIC)/.test(name)));
}

/** The last line: how it went, and what it counted. */
export function resultOf(run: ClaudeRun): JsonObject {
  const last = run.events.findLast((event) => event['type'] === 'result');
  if (last === undefined) throw new Error(`no result:\n${transcript(run)}`);
  return last;
}

/** Blocks of what the model, or a tool, said, in order. */
export function blocksOf(run: ClaudeRun, type: 'assistant' | 'user'): readonly JsonObject[] {
  return run.events.flatMap((event) => {
    const content = event['type'] === type && isJsonObject(event['message']) ? event['message']['content'] : undefined;
    return Array.isArray(content) ? content.filter((block: Json) => isJsonObject(block)) : [];
  });
}

/** All that helps where an assertion fails. */
export function transcript(run: ClaudeRun): string {
  return `exit ${run.status}\n${run.stdout.slice(0, 20_000)}\n${run.stderr}`;
}
