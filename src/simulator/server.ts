import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../ir/json.ts';
import { type Conversation, isAllowed, newConversation, type Rules } from './conversation.ts';
import { type Beat, schedule } from './delivery.ts';
import { text } from './json.ts';
import { type Listing, modelList, ollamaReply } from './listings.ts';
import type { CacheRules } from './prompt-cache.ts';
import type { Delivery, Scenario } from './script.ts';
import type { RequestHeaders } from './speaker.ts';

/** @property port    0 or left out: any free one.
 *  @property models  ids that `GET /v1/models` lists.
 *  @property key     demanded as bearer token or `x-api-key`; left out: any caller is served.
 *  @property rules   `strict` where left out.
 *  @property cache   of prompts, counted in the usage; left out: nothing is ever cached.
 *  @property keep    how many requests are remembered, the newest; 1,000 where left out.
 *  @property ollama  answers Ollama's own endpoints too, under this version.
 *  @property lists   what a GET of a path answers in place of our own lists: those of other providers, in their form. */
export type SimulatorOptions = {
  readonly scenario: Scenario;
  readonly port?: number;
  readonly host?: string;
  readonly models?: readonly string[];
  readonly key?: string;
  readonly rules?: Rules;
  readonly cache?: CacheRules;
  readonly contextWindow?: number;
  readonly keep?: number;
  readonly ollama?: { readonly version: string; readonly forwards?: string };
  readonly lists?: { readonly [path: string]: Json };
};

/** @property url       without path: `http://127.0.0.1:41234`. The base URL of its API is that with `/v1`.
 *  @property requests  what came in so far, oldest first. */
export type Simulator = {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  readonly close: () => Promise<void>;
};

export type RecordedRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: RequestHeaders;
  readonly body: Json | undefined;
};

const UNPACK = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  deflate: inflateSync,
  zstd: zstdDecompressSync,
} as const satisfies Record<NonNullable<Delivery['encoding']>, (bytes: Uint8Array) => Uint8Array>;

/** A provider that plays a script, on one port for every protocol. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const requests: RecordedRequest[] = [];
  const keep = options.keep ?? 1_000;
  const closing = new AbortController();
  const listing: { models: string[]; contextWindow: number; ollama?: { version: string; forwards?: string } } = {
    models: [...(options.models ?? ['demo'])],
    contextWindow: options.contextWindow ?? 128_000,
    ...(options.ollama === undefined ? {} : { ollama: options.ollama }),
  };
  const conversation = newConversation({
    scenario: options.scenario,
    rules: options.rules ?? 'strict',
    ...(options.cache === undefined ? {} : { cache: options.cache }),
    ...(options.key === undefined ? {} : { key: options.key }),
    newId: () => randomBytes(10).toString('hex'),
    now: () => Math.floor(Date.now() / 1000),
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const bytes = await readBody(request);
    const body = parseJson(bytes.toString('utf8'));
    const path = new URL(request.url ?? '/', 'http://simulator').pathname;
    requests.push({ method: request.method ?? 'GET', path: request.url ?? '/', headers: request.headers, body });
    if (requests.length > keep) requests.shift();
    const own = request.method === 'GET' ? options.lists?.[path] : undefined;
    if (own !== undefined) {
      if (isAllowed(request.headers, options.key)) sendJson(response, 200, own);
      else sendJson(response, 401, { error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' } });
      return;
    }
    if (listed(path, request, body, listing, response)) return;
    await converse(conversation, request.url ?? '/', request, bytes.toString('utf8'), response, closing.signal);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else
        sendJson(response, 500, {
          error: { message: `simulator: ${error instanceof Error ? error.message : 'failed'}` },
        });
    });
  });
  const url = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
  return {
    url,
    requests,
    close: async () => {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Model lists and Ollama's own endpoints. @returns whether the request was one of these. */
function listed(
  path: string,
  request: IncomingMessage,
  body: Json | undefined,
  listing: Listing & { models: string[] },
  response: ServerResponse,
): boolean {
  if (request.method === 'GET' && /^\/v1(?:beta)?\/models$/.test(path)) {
    sendJson(response, 200, modelList(path, request.headers, listing));
    return true;
  }
  const members: JsonObject = isJsonObject(body) ? body : {};
  const lines = ollamaReply(path, members, listing);
  if (lines === undefined) return false;
  const pulled = text(members['model'] ?? members['name']);
  if (path === '/api/pull' && pulled !== '' && !listing.models.includes(pulled)) listing.models.push(pulled);
  const missing = lines.some((line) => isJsonObject(line) && line['error'] !== undefined);
  response.writeHead(missing ? 404 : 200, { 'content-type': 'application/x-ndjson' });
  response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return true;
}

async function converse(
  conversation: Conversation,
  path: string,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  const reply = conversation(request.method ?? 'GET', path, request.headers, body);
  if (reply.type === 'hang-up') {
    request.socket.resetAndDestroy();
    return;
  }
  const encoding = reply.delivery.encoding;
  response.writeHead(reply.status, {
    ...reply.headers,
    ...reply.delivery.headers,
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
  });
  await play(schedule(reply.writes, reply.delivery), response, closing);
}

/** Plays the beats until the last one, or until the caller or the simulator leaves. */
async function play(beats: readonly Beat[], response: ServerResponse, closing: AbortSignal): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, closing]);
  for (const beat of beats) {
    if (signal.aborted) return;
    switch (beat.type) {
      case 'bytes':
        if (!response.write(beat.bytes)) await drained(response);
        break;
      case 'wait':
        response.flushHeaders();
        await wait(beat.ms, undefined, { signal }).catch(() => undefined);
        break;
      case 'end':
        response.end();
        return;
      case 'reset':
        // What was written has to leave first: a reset throws away what still waits in the socket.
        await wait(20, undefined, { signal }).catch(() => undefined);
        response.socket?.resetAndDestroy();
        return;
    }
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const encoding = request.headers['content-encoding'];
  return isKnown(encoding) ? UNPACK[encoding](bytes) : bytes;
}

function isKnown(encoding: string | undefined): encoding is keyof typeof UNPACK {
  return encoding !== undefined && encoding in UNPACK;
}

function sendJson(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new TypeError('the simulator listens on no port'));
      else resolve(`http://${host.includes(':') ? `[${host}]` : host}:${address.port}`);
    });
  });
}
