import type { JsonObject } from '../../ir/json.ts';
import { isJsonObject, parseJson } from '../../ir/json.ts';
import { editMembers, prependMembers } from '../../wire/json-edit.ts';
import { invalid, unsupported } from '../parse-request.ts';
import type { Headers, ReplyContext } from '../protocol.ts';
import { topLevel } from '../top-level.ts';
import { decodeRequest } from './decode-request.ts';
import { responseWriter } from './response-object.ts';

/** A client's frame as the request that it would have sent over HTTP.
 *  @property body      streamed, without what belongs to sockets alone; all other bytes stay.
 *  @property generate  false: the client gets ready for a turn that it will send soon.
 *  @property headers   of this turn: a socket's own tell of the moment when it was opened. */
export type CreateFrame = { readonly body: Uint8Array; readonly generate: boolean; readonly headers: Headers };

/** @param handshake  the headers of the request that opened the socket.
 *  @throws GatewayError invalid-request or unsupported. Source: https://developers.openai.com/api/docs/guides/websocket-mode */
export function readCreateFrame(frame: Uint8Array, handshake: Headers): CreateFrame {
  const read = topLevel(frame);
  const type = read('type');
  if (type !== 'response.create') {
    const given = typeof type === 'string' ? JSON.stringify(type.slice(0, 100)) : 'none';
    throw invalid('type', `expected "response.create" and nothing else, not ${given}`);
  }
  if (typeof read('stream_id') === 'string') {
    throw unsupported('stream_id', 'the turns of a socket run one after the other; open a socket for each stream.');
  }
  const streams = read('stream') === true;
  const own = editMembers(frame, { type: null, generate: null, ...(streams ? {} : { stream: null }) });
  return {
    body: streams ? own : prependMembers(own, [STREAM]),
    generate: read('generate') !== false,
    headers: { ...withoutHandshake(handshake), ...turnHeaders(read('client_metadata')) },
  };
}

const STREAM = Buffer.from('"stream":true');

/** Headers that belong to the opening of a socket. */
function withoutHandshake(headers: Headers): Headers {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(?:connection|upgrade|sec-websocket-.+)$/.test(name)),
  );
}

/** Codex repeats there, for each turn, what it sends in headers over HTTP. */
function turnHeaders(metadata: unknown): Headers {
  if (!isJsonObject(metadata)) return {};
  const headers: { [name: string]: string } = {};
  for (const [member, name] of TURN_HEADERS) {
    const value = headerText(metadata[member]);
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

/** The longest header, in characters: Node takes no longer ones over HTTP. */
const MAX_HEADER = 16 * 1024;

/** What HTTP could have carried: one line of visible ASCII. Other characters are escaped as JSON has it, so that a text
 *  of JSON still says the same. */
function headerText(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || /[^\x20-\uffff]|\x7f/.test(value)) return undefined;
  const text = value.replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return text.length > MAX_HEADER ? undefined : text;
}

const TURN_HEADERS: readonly (readonly [string, string])[] = [
  ['session_id', 'session-id'],
  ['thread_id', 'thread-id'],
  ['x-codex-turn-metadata', 'x-codex-turn-metadata'],
  ['x-codex-window-id', 'x-codex-window-id'],
  ['x-openai-subagent', 'x-openai-subagent'],
  ['x-codex-parent-thread-id', 'x-codex-parent-thread-id'],
];

/** The answer to a client that gets ready, made here: warming a provider's cache costs what a turn costs, and the turn
 *  itself may never come.
 *  @returns the JSON texts of its events.
 *  @throws GatewayError for what is wrong with the request itself; whether its model is there, the turn will be told. */
export function readyReply(body: Uint8Array, context: Omit<ReplyContext, 'echo'>): readonly string[] {
  const json = parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  const { value: echo } = decodeRequest(json ?? null);
  const write = responseWriter({ ...context, echo });
  const begun = write({ status: 'in_progress', output: [] });
  return [
    `{"type":"response.created","sequence_number":0,"response":${begun}}`,
    `{"type":"response.in_progress","sequence_number":1,"response":${begun}}`,
    `{"type":"response.completed","sequence_number":2,"response":${write({ status: 'completed', output: [] })}}`,
  ];
}

/** A failure before the first event. Codex obeys the `retry-after` among its headers. */
export function errorFrame(error: {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
}): string {
  const { status, headers, body } = error;
  return JSON.stringify({ type: 'error', status, ...body, ...(Object.keys(headers).length === 0 ? {} : { headers }) });
}
