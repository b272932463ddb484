import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** CPU since the start, in ms; memory as it stands, in MB. */
export type Used = { readonly cpuMs: number; readonly rssMb: number };

/** A measured process. @property url  without path. @property readyMs  from spawn to its first word. */
export type Measured = {
  readonly url: string;
  readonly token: string;
  readonly readyMs: number;
  readonly used: () => Promise<Used>;
  readonly close: () => Promise<void>;
};

const PROBE = new URL('./probe.ts', import.meta.url).href;

/** One of the servers of this folder, on any free port. */
export async function startServer(file: string, args: readonly string[] = []): Promise<Measured> {
  const startedAt = performance.now();
  const child = fork(new URL(file, import.meta.url), [...args], { execArgv: ['--import', PROBE] });
  const { port } = await nextMessage<{ port: number }>(child, 'port');
  const readyMs = performance.now() - startedAt;
  return { url: `http://127.0.0.1:${port}`, token: '', readyMs, used: () => used(child), close: () => end(child) };
}

/** Providers of the built gateway, all of them the same upstream: `native-MODEL` goes as bytes, the others translated. */
const PROVIDERS = {
  chat: 'protocol: openai-chat',
  responses: 'protocol: openai-responses',
  messages: 'protocol: anthropic-messages',
  gemini: 'protocol: gemini',
  native: 'preset: openai',
} as const;

/** The built gateway, with a model `PROVIDER-MODEL` for each provider.
 *  @param probed  false: exactly as a user starts it, so that time and memory at the start are its own. */
export async function startGateway(upstream: string, models: readonly string[], probed = true): Promise<Measured> {
  const home = mkdtempSync(join(tmpdir(), 'plugboard-bench-'));
  const providers = Object.entries(PROVIDERS).map(
    ([name, kind]) => `  ${name}: { ${kind}, base_url: "${upstream}/v1", api_key: "\${BENCH_KEY}" }`,
  );
  const entries = models.flatMap((model) =>
    Object.keys(PROVIDERS).map((name) => `  - { slug: ${name}-${model}, provider: ${name}, model: ${model} }`),
  );
  writeFileSync(
    join(home, 'config.yaml'),
    `providers:
${providers.join('\n')}
models:
${entries.join('\n')}
`,
  );
  const startedAt = performance.now();
  const probe = probed ? ['--import', PROBE] : [];
  const child = spawn(process.execPath, [...probe, 'bin/plugboard.js', 'serve', '--port', '0'], {
    env: { ...process.env, PLUGBOARD_HOME: home, BENCH_KEY: 'key-of-the-bench-0123456789' },
    stdio: ['ignore', 'pipe', 'ignore', ...(probed ? (['ipc'] as const) : [])],
  });
  const url = await firstUrl(child);
  const readyMs = performance.now() - startedAt;
  const token = readFileSync(join(home, 'token'), 'utf8').trim();
  const close = async (): Promise<void> => {
    await end(child);
    rmSync(home, { recursive: true, force: true });
  };
  return { url, token, readyMs, used: () => (probed ? used(child) : procUsed(child)), close };
}

function firstUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      const url = /https?:\/\/[\w.:[\]-]+:\d+/.exec(text)?.[0];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}: ${text}`)));
  });
}

async function used(child: ChildProcess): Promise<Used> {
  child.send('usage');
  const { cpuMicros, rssBytes } = await nextMessage<{ cpuMicros: number; rssBytes: number }>(child, 'cpuMicros');
  return { cpuMs: cpuMicros / 1_000, rssMb: rssBytes / 1_048_576 };
}

/** From the kernel, for a process that carries no probe. Linux only; elsewhere not a number. */
async function procUsed(child: ChildProcess): Promise<Used> {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return { cpuMs: Number.NaN, rssMb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024 };
  } catch {
    return { cpuMs: Number.NaN, rssMb: Number.NaN };
  }
}

function nextMessage<T extends object>(child: ChildProcess, member: keyof T & string): Promise<T> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      if (!isMessage<T>(message, member)) return;
      child.off('message', onMessage);
      resolve(message);
    };
    child.on('message', onMessage);
    if (child.exitCode !== null) reject(new Error('a measured process ended early'));
  });
}

function isMessage<T extends object>(message: unknown, member: keyof T & string): message is T {
  return typeof message === 'object' && message !== null && member in message;
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill();
  });
}
