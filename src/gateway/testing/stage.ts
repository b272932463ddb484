import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLedgerReader } from '../../storage/ledger-reader.ts';
import { type Gateway, startGateway } from '../start.ts';

type Seen = { readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: string };
type Reply = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly text: string };
type Stage = {
  readonly gateway: Gateway;
  readonly home: string;
  readonly seen: Seen[];
  readonly log: () => string;
  readonly ask: (options?: Ask) => Promise<Reply>;
};
export type Ask = {
  readonly path?: string;
  readonly method?: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string | string[]>;
  readonly token?: string | null;
};

export const CHAT = (model: string) => JSON.stringify({ model, stream: true, input: 'hello' });
export const KEY = 'key-of-the-test-0123456789';

/** A gateway before an upstream that answers as the test says. @param more  of config.yaml. */
export async function staged(
  t: TestContext,
  answer: (request: Seen, response: ServerResponse) => void,
  more = '',
): Promise<Stage> {
  const seen: Seen[] = [];
  const upstream = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const call = { url: request.url ?? '', headers: request.headers, body: Buffer.concat(pieces).toString() };
      if (request.method === 'GET') return void response.writeHead(404).end();
      seen.push(call);
      answer(call, response);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const address = upstream.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const home = mkdtempSync(join(tmpdir(), 'plugboard-gateway-'));
  writeFileSync(
    join(home, 'config.yaml'),
    `server: { allowed_hosts: [gateway.example], tag_headers: [X-Team], body_limit: 1MB }
providers:
  chat: { protocol: openai-chat, base_url: "${url}/v1", api_key: "\${KEY}" }
  other:
    protocol: openai-chat
    base_url: "${url}/other"
    api_key: "\${KEY}"
    quirks: [{ kind: cache-key, field: null, header: x-session-affinity, source: the test }]
  openai: { preset: openai, base_url: "${url}/native", api_key: "\${KEY}" }
  completions: { preset: openai-chat, base_url: "${url}/completions", api_key: "\${KEY}" }
  chatgpt: { preset: chatgpt, base_url: "${url}/codex" }
  anthropic: { preset: anthropic, base_url: "${url}/claude", api_key: "\${KEY}" }
  alike: { protocol: anthropic-messages, base_url: "${url}/alike", api_key: "\${KEY}" }
  slim: { protocol: openai-chat, base_url: "${url}/slim", api_key: "\${KEY}", concurrency: 2 }
models:
  - { slug: one, provider: chat, model: m-one }
  - { slug: two, provider: other, model: m-two }
  - { slug: eyes, provider: other, model: m-eyes, price: { input: 10, output: 20 } }
  - { slug: blind, provider: chat, model: m-blind, input_modalities: [text], price: { input: 1, output: 2 } }
  - { slug: native, provider: openai, model: gpt }
  - { slug: completed, provider: completions, model: gpt }
  - { slug: own, provider: chatgpt, model: gpt }
  - { slug: sonnet, provider: anthropic, model: claude-sonnet-5 }
  - { slug: alike, provider: alike, model: up-alike }
  - { slug: slim, provider: slim, model: m-slim }
routes:
  both: { strategy: fallback, targets: [one, two] }
${more}`,
  );
  let log = '';
  const gateway = await startGateway(
    {
      version: '0',
      environment: { KEY },
      places: { home, codexHome: join(home, 'codex') },
      port: 0,
      log: {
        write: (line) => {
          log += line;
        },
      },
    },
    () => {},
  );
  t.after(async () => {
    await gateway.stop();
    upstream.closeAllConnections();
    upstream.close();
    rmSync(home, { recursive: true, force: true });
  });
  return { gateway, home, seen, log: () => log, ask: (options = {}) => call(gateway, options).reply };
}

export function call(
  gateway: Gateway,
  { path = '/v1/responses', method = 'POST', body = CHAT('one'), headers = {}, token = gateway.token }: Ask,
) {
  const outgoing = send(gateway.url + path, {
    method,
    agent: false,
    headers: {
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });
  const reply = new Promise<Reply>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      response.on('error', reject);
    });
  });
  outgoing.end(method === 'POST' ? body : undefined);
  return { outgoing, reply };
}

export const chunk = (text: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content: text }, finish_reason: finish }] })}\n\n`;
export const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}\n\n';

export function say(response: ServerResponse, text = 'hello'): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'openai-model': 'another' });
  response.end(`${chunk(text)}${chunk('', 'stop')}${USAGE}data: [DONE]\n\n`);
}

export const errorOf = (reply: Reply): { message: string; code: string; type: string } => JSON.parse(reply.text).error;

/** @param requestId  of the entry to wait for; left out: any, the newest. */
export async function lastEntry(stage: Stage, requestId?: string) {
  const opened = openLedgerReader(join(stage.home, 'plugboard.db'));
  assert.ok(opened.ok);
  try {
    for (let tries = 0; tries < 100; tries += 1) {
      const [entry] = await opened.reader.list({ limit: 1 });
      if (entry !== undefined && (requestId === undefined || entry.requestId === requestId)) return entry;
      await sleep(20);
    }
    return assert.fail('no ledger entry');
  } finally {
    await opened.reader.close();
  }
}

/** The entry of the request that was answered with these headers. */
export async function entryOf(stage: Stage, headers: Reply['headers']) {
  const opened = openLedgerReader(join(stage.home, 'plugboard.db'));
  assert.ok(opened.ok);
  try {
    for (let tries = 0; tries < 100; tries += 1) {
      const entry = await opened.reader.find(String(headers['x-request-id']));
      if (entry !== undefined) return entry;
      await sleep(20);
    }
    return assert.fail('no such ledger entry');
  } finally {
    await opened.reader.close();
  }
}
