import { GatewayError } from '../../../ir/failure.ts';
import { isJsonObject, type Json, parseJson } from '../../../ir/json.ts';
import { editMembers, type JsonMember, prependMembers, topLevelMembers } from '../../../wire/json-edit.ts';
import { topLevel } from '../../top-level.ts';
import type { KeptReply } from './kept-replies.ts';

/** What is remembered of a request while its reply runs: not its body.
 *  @property previousId  as the client gave it.
 *  @property before      the reply that it goes on from.
 *  @property input       its new items, parted by commas; empty where nothing of it is to be kept.
 *  @property openCalls   calls that neither the conversation before it nor its own items answer.
 *  @property store       the client lets the reply be kept: the API's own default. */
export type Turn = {
  readonly previousId: string | undefined;
  readonly before: KeptReply | undefined;
  readonly input: Uint8Array;
  readonly openCalls: ReadonlyMap<string, number>;
  readonly store: boolean;
};

/** @property body  whole: what a client would have sent that keeps the conversation itself. It names the reply before it
 *                  no longer, where that was found; an id that is not known here may be the provider's own. */
export type ContinuedRequest = { readonly body: Uint8Array; readonly turn: Turn };

/** Puts the kept conversation before the new items, byte for byte, so that what a provider has cached of it still fits.
 *  @param find      the kept reply of that id.
 *  @param keepsAll  a socket keeps what its client does not let be stored.
 *  @throws GatewayError invalid-request: no JSON object, or an output that answers no call or could answer several. */
export function continueRequest(
  body: Uint8Array,
  find: (id: string) => KeptReply | undefined,
  keepsAll: boolean,
): ContinuedRequest {
  const read = topLevel(body);
  const id = read('previous_response_id');
  const store = read('store') !== false;
  const previousId = typeof id === 'string' ? id : undefined;
  const before = previousId === undefined ? undefined : find(previousId);
  const own = before === undefined ? body : editMembers(body, { previous_response_id: null });
  const member = topLevelMembers(own).findLast(({ key }) => key === 'input');
  const items = member === undefined ? EMPTY : itemsOf(own, member);
  const input = store || keepsAll ? new Uint8Array(items) : EMPTY;
  const openCalls = before === undefined ? NO_CALLS : stillOpen(before, items);
  return {
    body: before === undefined ? body : withInput(own, member, before, items),
    turn: { previousId, before, input, openCalls, store },
  };
}

const EMPTY = new Uint8Array(0);
const NO_CALLS: ReadonlyMap<string, number> = new Map();

/** The inside of the list; a text is the one message that it stands for. */
export function itemsOf(body: Uint8Array, { valueStart, valueEnd }: JsonMember): Uint8Array {
  switch (body[valueStart]) {
    case 0x5b: // "["
      return trimmed(body.subarray(valueStart + 1, valueEnd - 1));
    case 0x22: // "\""
      return Buffer.concat([USER_START, body.subarray(valueStart, valueEnd), USER_END]);
    default:
      return EMPTY;
  }
}

const USER_START = Buffer.from('{"type":"message","role":"user","content":');
const USER_END = Buffer.from('}');

function trimmed(bytes: Uint8Array): Uint8Array {
  let start = 0;
  let end = bytes.length;
  while (start < end && isSpace(bytes[start])) start += 1;
  while (end > start && isSpace(bytes[end - 1])) end -= 1;
  return bytes.subarray(start, end);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function withInput(body: Uint8Array, member: JsonMember | undefined, before: KeptReply, input: Uint8Array): Uint8Array {
  const list = [OPEN, ...parted([...conversationOf(before), input]), CLOSE];
  if (member === undefined) return prependMembers(body, [INPUT_START, ...list]);
  return Buffer.concat([body.subarray(0, member.valueStart), ...list, body.subarray(member.valueEnd)]);
}

const OPEN = Buffer.from('[');
const CLOSE = Buffer.from(']');
const COMMA = Buffer.from(',');
const INPUT_START = Buffer.from('"input":');

/** All items up to and with this reply, from the first on: pieces to be parted by commas. */
export function conversationOf(reply: KeptReply): readonly Uint8Array[] {
  const turns: KeptReply[] = [];
  for (let turn: KeptReply | undefined = reply; turn !== undefined; turn = turn.before) turns.push(turn);
  return turns.reverse().flatMap((turn) => [turn.input, ...turn.output]);
}

function parted(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  return pieces.filter((piece) => piece.length > 0).flatMap((piece, index) => (index === 0 ? [piece] : [COMMA, piece]));
}

const CALL = /^(?:function|custom_tool|tool_search|local_shell|shell|apply_patch|computer)_call$/;
const OUTPUT = /_output$/;

/** The calls that are left once these items have answered theirs.
 *  @throws GatewayError where an output answers none, or could answer more than one. */
function stillOpen(before: KeptReply, input: Uint8Array): ReadonlyMap<string, number> {
  const open = new Map(before.openCalls);
  const isCalled = calledIn(before);
  for (const { type, callId } of callItems(input)) {
    if (CALL.test(type)) open.set(callId, (open.get(callId) ?? 0) + 1);
    if (!OUTPUT.test(type)) continue;
    const calls = open.get(callId) ?? 0;
    if (calls > 1) throw ambiguous(callId);
    if (calls === 0 && !isCalled(callId)) throw callNotFound(callId);
    open.delete(callId);
  }
  return open;
}

type CallItem = { readonly type: string; readonly callId: string };

/** Calls and outputs of a piece of a conversation. */
function callItems(piece: Uint8Array): readonly CallItem[] {
  const items = parseJson(`[${Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('utf8')}]`);
  return (Array.isArray(items) ? items : []).flatMap((item: Json) => {
    if (!isJsonObject(item)) return [];
    const { type, call_id: callId } = item;
    return typeof type === 'string' && typeof callId === 'string' ? [{ type, callId }] : [];
  });
}

/** Is a call one of the client's own items, which nobody looked into when they came? Read through once, if at all. */
function calledIn(reply: KeptReply): (callId: string) => boolean {
  let called: ReadonlySet<string> | undefined;
  return (callId) => {
    called ??= new Set(
      conversationOf(reply)
        .flatMap(callItems)
        .flatMap((item) => (CALL.test(item.type) ? [item.callId] : [])),
    );
    return called.has(callId);
  };
}

/** The calls that are open once the reply has added its own. */
export function withCalls(
  open: ReadonlyMap<string, number>,
  items: readonly Uint8Array[],
): ReadonlyMap<string, number> {
  const all = new Map(open);
  for (const item of items) {
    const read = topLevel(item);
    const type = read('type');
    if (typeof type !== 'string' || !CALL.test(type)) continue;
    const callId = read('call_id');
    if (typeof callId === 'string') all.set(callId, (all.get(callId) ?? 0) + 1);
  }
  return all;
}

function ambiguous(callId: string): GatewayError {
  return new GatewayError({
    kind: 'invalid-request',
    message: `The output for the call "${callId.slice(0, 100)}" could answer several calls of this conversation that bear the same id. Send the whole conversation in \`input\`.`,
    code: 'invalid_value',
    parameter: 'input',
  });
}

function callNotFound(callId: string): GatewayError {
  return new GatewayError({
    kind: 'invalid-request',
    message: `No tool call found for the output with call_id ${callId.slice(0, 100)}.`,
    code: 'invalid_value',
    parameter: 'input',
  });
}
