import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startGateway } from '../../src/gateway/start.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../src/ir/json.ts';
import { PROTOCOL_IDS, type ProtocolId } from '../../src/ir/protocol-id.ts';
import { openLedgerReader } from '../../src/storage/ledger-reader.ts';
import type { Door, Told } from './case.ts';

/** What the upstream answers with. @property pieces  so many bytes at a time. @property stays  it never ends. */
export type Answer = {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Buffer;
  readonly pieces?: number;
  readonly stays?: boolean;
};

export type Exchanged = {
  readonly requestId: string;
  readonly told: Omit<Told, 'losses'>;
  readonly sent: readonly string[];
};

/** A whole gateway before an upstream that answers as it is told.
 *  @property exchange  one request and its reply, with what went upstream for it.
 *  @property written   all files of the gateway's home, and its log.
 *  @property losses    what the ledger says was lost of it: written a moment after the reply has ended. */
export type Stage = {
  readonly exchange: (
    door: Door,
    body: Buffer,
    headers: { readonly [name: string]: string },
    answers: readonly Answer[],
  ) => Promise<Exchanged>;
  readonly losses: (requestId: string) => Promise<readonly string[]>;
  readonly written: () => string;
  readonly close: () => Promise<void>;
};

const PATHS: { readonly [D in Door]: string } = {
  responses: '/v1/responses',
  chat: '/v1/chat/completions',
  messages: '/v1/messages',
};

/** @param presets  each is a provider of that name, beside one of each protocol of which nothing is known. */
export async function startStage(presets: readonly string[]): Promise<Stage> {
  let answers: Answer[] = [];
  let sent: string[] = [];
  let log = '';
  const upstream = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const answer = request.method === 'GET' ? undefined : answers.shift();
      if (answer === undefined) return void response.writeHead(404).end();
      sent.push(Buffer.concat(pieces).toString('utf8'));
      response.writeHead(answer.status, answer.headers);
      void sendPieces(response, answer);
    });
  });
  const url = await listen(upstream);
  const home = mkdtempSync(join(tmpdir(), 'plugboard-edges-'));
  const providers = [
    ...presets.map((id) => `  ${id}: { preset: ${id}, base_url: "${url}/${id}", api_key: "sk-edge-0123456789" }`),
    ...PROTOCOL_IDS.map(
      (id) => `  ${plainServer(id)}: { protocol: ${id}, base_url: "${url}/${id}", api_key: "sk-edge-0123456789" }`,
    ),
  ];
  const names = [...presets, ...PROTOCOL_IDS.map(plainServer)];
  const models = names.map((id) => `  - { provider: ${id}, match: "*" }`);
  const routes = '  two-in-a-row: { strategy: fallback, targets: [openai-responses-server/m, openai-chat-server/m] }';
  writeFileSync(
    join(home, 'config.yaml'),
    ['providers:', ...providers, 'models:', ...models, 'routes:', routes, ''].join('\n'),
  );
  const places = { home, codexHome: join(home, 'codex') };
  const write = (line: string): void => {
    log += line;
  };
  const gateway = await startGateway({ version: '0', environment: {}, places, port: 0, log: { write } }, () => {});
  const ledger = join(home, 'plugboard.db');
  return {
    exchange: async (door, body, headers, next) => {
      answers = [...next];
      sent = [];
      const response = await fetch(gateway.url + PATHS[door], {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.token}`, ...headers },
        body: new Uint8Array(body),
      });
      const text = await response.text();
      const events = eventsOf(text);
      const told = { status: response.status, headers: response.headers, text, events, last: events.at(-1) ?? {} };
      return { requestId: response.headers.get('x-request-id') ?? '', told, sent };
    },
    losses: (requestId) => lossesOf(ledger, requestId),
    written: () => log + filesIn(home),
    close: async () => {
      await gateway.stop();
      upstream.closeAllConnections();
      upstream.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The provider of which nothing but its protocol is known. */
export function plainServer(protocol: ProtocolId): string {
  return `${protocol}-server`;
}

function filesIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');
}

async function sendPieces(
  response: ServerResponse,
  { body, pieces = body.length, stays = false }: Answer,
): Promise<void> {
  for (let from = 0; from < body.length; from += pieces) {
    response.write(body.subarray(from, from + pieces));
    // Each piece is a chunk of its own on the wire.
    if (pieces < body.length) await new Promise((resolve) => setImmediate(resolve));
  }
  if (!stays) response.end();
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

function eventsOf(text: string): readonly JsonObject[] {
  const whole = parseJson(text);
  if (isJsonObject(whole)) return [whole];
  const data = text.split('\n').filter((line) => line.startsWith('data: {'));
  return data.map((line) => parseJson(line.slice('data: '.length))).filter(isJsonObject);
}

async function lossesOf(file: string, requestId: string): Promise<readonly string[]> {
  for (let tries = 0; tries < 200; tries += 1) {
    const opened = openLedgerReader(file);
    if (opened.ok) {
      const entry = await opened.reader.find(requestId).finally(() => opened.reader.close());
      if (entry !== undefined) return entry.losses.map(({ path, why }) => `${path}: ${why}`);
    }
    await sleep(10);
  }
  throw new Error(`no ledger entry of ${requestId}`);
}
