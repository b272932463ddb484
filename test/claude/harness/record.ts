/** What Claude Code itself sends: written by `node test/claude/record.ts` into `fixtures/requests.json`, without a word of
 *  its prose. Its members, types, names and order are what our codec is held against. */
import { createServer } from 'node:http';
import type { InferenceEvent } from '../../../src/ir/event.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../../src/ir/json.ts';
import { ingress } from '../../../src/protocols/anthropic-messages/ingress.ts';
import { encodeSse } from '../../../src/wire/sse.ts';
import { claudeWorkspace, runClaude } from './claude.ts';

export type SentRequest = { readonly url: string; readonly headers: JsonObject; readonly body: JsonObject };

const call = (callId: string, name: string, args: JsonObject): readonly InferenceEvent[] => [
  { type: 'tool-call-start', callId, kind: 'function', name: { name } },
  { type: 'tool-call-delta', input: JSON.stringify(args) },
  { type: 'tool-call-end' },
];
const WORKS: readonly InferenceEvent[] = [
  { type: 'reasoning-start' },
  { type: 'reasoning-delta', text: 'Hm.' },
  { type: 'reasoning-end' },
  ...call('toolu_1', 'ToolSearch', { query: 'select:WebFetch', max_results: 5 }),
  ...call('toolu_2', 'Bash', { command: 'exit 3', description: 'Fails' }),
  ...call('toolu_3', 'WebSearch', { query: 'plugboard' }),
  { type: 'finish', reason: 'tool-calls' },
];
const SAYS: readonly InferenceEvent[] = [
  { type: 'text-start' },
  { type: 'text-delta', text: 'Done.' },
  { type: 'text-end' },
  { type: 'finish', reason: 'stop' },
];

/** Its requests of a session with thinking, a search for tools, a call that fails and a search in the web. */
export async function recordRequests(binary: string): Promise<readonly SentRequest[]> {
  const sent: SentRequest[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = parseJson(Buffer.concat(pieces).toString());
      if (!isJsonObject(body)) return void response.writeHead(404).end();
      sent.push({ url: request.url ?? '', headers: { ...request.headers }, body });
      const echo = ingress.decodeRequest(body).value;
      const works = echo.tools.length > 1 && !echo.messages.some((message) => message.role === 'tool');
      const encoder = ingress.encodeStream({
        echo,
        caller: { id: 'local' },
        responseId: `r${sent.length}`,
        createdAt: 0,
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end((works ? WORKS : SAYS).flatMap((event) => encoder.push(event).map(encodeSse)).join(''));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { directory, home, remove } = claudeWorkspace();
  try {
    await runClaude(binary, {
      gateway: { url: `http://127.0.0.1:${port}`, token: 'token' },
      model: 'a-model',
      prompt: 'Go.',
      directory,
      home,
      args: ['--allowedTools', 'WebSearch'],
    });
    return sent.map(scrubbed).sort((one, other) => sizeOf(one) - sizeOf(other));
  } finally {
    server.closeAllConnections();
    server.close();
    remove();
  }
}

function sizeOf({ body }: SentRequest): number {
  return Array.isArray(body['messages']) ? body['messages'].length * 100 + Object.keys(body).length : 0;
}

/** Members whose texts are names or settings. All other texts become one word. */
const KEPT: ReadonlySet<string> = new Set(
  'type role name model effort display keep signature tool_name required enum media_type ttl id tool_use_id'.split(' '),
);
const WORDS = 'Words.';

function scrubbed({ url, headers, body }: SentRequest): SentRequest {
  const named = ['anthropic-beta', 'anthropic-version', 'x-app', 'content-type', 'accept'];
  const kept = Object.entries(headers).map(([name, value]) => [name, named.includes(name) ? value : WORDS]);
  return { url, headers: Object.fromEntries(kept), body: Object.fromEntries(members(body)) };
}

function members(object: JsonObject): readonly (readonly [string, Json])[] {
  return Object.entries(object).map(([name, value]) => [name, scrub(value ?? null, name)] as const);
}

function scrub(value: Json, name: string): Json {
  if (typeof value === 'string') return KEPT.has(name) ? value : scrubText(value);
  if (Array.isArray(value)) return value.map((entry: Json) => scrub(entry, name));
  return isJsonObject(value) ? Object.fromEntries(members(value)) : value;
}

/** Two texts are read by the gateway: the note to the billing, and the JSON in `metadata.user_id`. */
function scrubText(text: string): string {
  if (text.startsWith('x-anthropic-billing-header:')) return 'x-anthropic-billing-header: cc_version=0;';
  const inner = parseJson(text);
  return isJsonObject(inner)
    ? JSON.stringify(Object.fromEntries(Object.keys(inner).map((key) => [key, WORDS])))
    : WORDS;
}

/** Every member that occurs, by its path: `messages[].content[].type`. Schemas are looked into no further. */
export function pathsOf(value: Json | undefined, at = ''): ReadonlySet<string> {
  if (Array.isArray(value)) return new Set(value.flatMap((entry: Json) => [...pathsOf(entry, `${at}[]`)]));
  if (!isJsonObject(value) || at.endsWith('input_schema')) return new Set([at]);
  return new Set(Object.entries(value).flatMap(([name, inner]) => [...pathsOf(inner, `${at}.${name}`)]));
}
