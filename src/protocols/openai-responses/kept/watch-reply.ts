import { isJsonObject, type Json, parseJson } from '../../../ir/json.ts';
import { JsonTextError, memberValue, topLevelMembers } from '../../../wire/json-edit.ts';
import { type Turn, withCalls } from './continue-request.ts';
import type { KeptReply } from './kept-replies.ts';

/** What is left of a reply once it has ended well. @property response  the response object's JSON text. */
export type WatchedReply = { readonly id: string; readonly output: readonly Uint8Array[]; readonly response: string };

/** Gathers a streamed reply's finished items from the JSON texts of its events.
 *  @property reply  undefined until a reply has ended that may be gone on from. */
export type ReplyWatch = { readonly event: (text: string) => void; readonly reply: () => WatchedReply | undefined };

export function watchReply(): ReplyWatch {
  const output: Uint8Array[] = [];
  let reply: WatchedReply | undefined;
  const look = (text: string): void => {
    if (isDelta(text)) return;
    if (text.includes(ITEM_DONE)) {
      const item = memberOf(text, [ITEM_DONE], 'item');
      if (item !== undefined) output.push(new Uint8Array(item));
    } else if (ENDS.some((type) => text.includes(type))) {
      const response = memberOf(text, ENDS, 'response');
      const id = response === undefined ? undefined : memberValue(response, topLevelMembers(response), 'id');
      if (response !== undefined && typeof id === 'string') reply = { id, output, response: response.toString() };
    }
  };
  return {
    event: (text) => {
      try {
        look(text);
      } catch (error) {
        // A provider's own bytes: what is no JSON is nothing to be kept.
        if (!(error instanceof JsonTextError || error instanceof SyntaxError)) throw error;
      }
    },
    reply: () => reply,
  };
}

/** Nearly every event is one, and says so at its start: nothing more of it is looked at. */
function isDelta(text: string): boolean {
  return text.startsWith(TYPE) && text.startsWith(DELTA, text.indexOf('"', TYPE.length) - DELTA.length);
}

const TYPE = '{"type":"';
const DELTA = '.delta';

/** A reply that came whole. */
export function wholeReply(body: string): WatchedReply | undefined {
  const response = parseJson(body);
  if (!isJsonObject(response) || typeof response['id'] !== 'string' || !Array.isArray(response['output']))
    return undefined;
  const output = response['output'].map((item: Json) => Buffer.from(JSON.stringify(item)));
  return { id: response['id'], output, response: body };
}

const ITEM_DONE = '"response.output_item.done"';
const ENDS: readonly string[] = ['"response.completed"', '"response.incomplete"'];

/** A member of an event, as its bytes; undefined where the event is of another type. */
function memberOf(text: string, quotedTypes: readonly string[], key: string): Buffer | undefined {
  const bytes = Buffer.from(text);
  const members = topLevelMembers(bytes);
  const value = (name: string): Buffer | undefined => {
    const member = members.findLast((candidate) => candidate.key === name);
    return member && bytes.subarray(member.valueStart, member.valueEnd);
  };
  const type = value('type');
  return type !== undefined && quotedTypes.includes(type.toString()) ? value(key) : undefined;
}

/** What is kept of a turn. A reply that condensed the conversation stands for all that was before it.
 *  @param withResponse  the reply may be asked for again. */
export function keptReply(turn: Turn, reply: WatchedReply, withResponse: boolean): KeptReply {
  const condensed = reply.output.findIndex((item) => memberValue(item, topLevelMembers(item), 'type') === 'compaction');
  if (condensed === -1) return kept(turn, reply, withResponse);
  const { store, previousId } = turn;
  const anew = { store, previousId, before: undefined, input: new Uint8Array(0), openCalls: new Map<string, number>() };
  return kept(anew, { ...reply, output: reply.output.slice(condensed) }, withResponse);
}

/** What an open call takes: each reply has its own list of them. */
const BYTES_PER_CALL = 128;

function kept(turn: Turn, { id, output, response }: WatchedReply, withResponse: boolean): KeptReply {
  const text = withResponse ? response : undefined;
  const openCalls = withCalls(turn.openCalls, output);
  const bytes =
    turn.input.length +
    output.reduce((sum, item) => sum + item.length, 0) +
    (text?.length ?? 0) +
    openCalls.size * BYTES_PER_CALL;
  return {
    id,
    before: turn.before,
    input: turn.input,
    output,
    openCalls,
    response: text,
    bytes,
    wholeBytes: bytes + (turn.before?.wholeBytes ?? 0),
  };
}
