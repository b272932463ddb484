import { append } from '../ir/append.ts';
import type { Loss, Translated } from '../ir/loss.ts';
import type { Message, ToolCallPart, ToolResultPart } from '../ir/request.ts';

/** What a call is answered with whose own answer never came, because its turn was interrupted. Some providers refuse
 *  such a history for ever, so that the session could never go on. */
export const NO_OUTPUT = 'No output: the turn was interrupted before this tool answered.';

/** What the user says where a provider wants a user turn and the conversation has none: first of all, or last where a
 *  reply was cut after a finished message. */
export const CONTINUE = 'Continue.';

/** The history in the shape that Chat Completions and Messages demand: each assistant turn with calls is followed at
 *  once by one `tool` message with their results in the order of the calls. What stood between waits until after it;
 *  calls of one turn that other messages had parted are one assistant message again. Calls without a result get
 *  `NO_OUTPUT`; results without a call are dropped; of calls that bear the same id the later ones get another. All are
 *  Losses.
 *  @param messages  the same array comes back where nothing is to be mended. */
export function pairToolResults(messages: readonly Message[]): Translated<readonly Message[]> {
  const losses: Loss[] = [];
  const paired = isPaired(messages) ? messages : pairAll(messages, losses);
  return { value: hasUniqueIds(paired) ? paired : withUniqueIds(paired, losses), losses };
}

function pairAll(messages: readonly Message[], losses: Loss[]): readonly Message[] {
  const results = matchResults(messages, losses);
  const paired: Message[] = [];
  let turn: Turn | undefined;

  const closeTurn = (): void => {
    if (turn === undefined) return;
    const { at, first, parts, waiting } = turn;
    turn = undefined;
    const answers: ToolResultPart[] = [];
    for (const part of parts) {
      if (part.type !== 'tool-call') continue;
      const result = results.get(part);
      if (result === undefined)
        losses.push({
          path: `messages[${at}]`,
          why: `The tool call ${part.callId} has no output; the model is told that it was interrupted.`,
        });
      answers.push(result ?? noOutput(part));
    }
    paired.push({ ...first, parts }, { role: 'tool', parts: answers }, ...waiting);
  };

  for (const [at, message] of messages.entries()) {
    const own = message.parts.filter((part) => part.type !== 'tool-result');
    for (const part of message.parts) {
      if (part.type === 'tool-result') turn?.open.delete(part);
    }
    if (turn !== undefined && turn.open.size === 0) {
      // Its last result is here: what else this message says comes after the results.
      closeTurn();
    }
    if (own.length === 0) continue;
    const rest: Message = own.length === message.parts.length ? message : { ...message, parts: own };
    const calls = own.filter((part) => part.type === 'tool-call');
    if (turn === undefined && calls.length === 0) paired.push(rest);
    else if (message.role !== 'assistant') turn?.waiting.push(rest);
    else {
      turn ??= { at, first: message, parts: [], open: new Set(), waiting: [] };
      append(turn.parts, own);
      for (const call of calls) {
        const result = results.get(call);
        if (result !== undefined) turn.open.add(result);
      }
      if (turn.open.size === 0) closeTurn();
    }
  }
  closeTurn();
  return paired;
}

/** @property open  results of its calls that are still to come in the history. */
type Turn = {
  readonly at: number;
  readonly first: Message;
  readonly parts: Message['parts'][number][];
  readonly open: Set<ToolResultPart>;
  readonly waiting: Message[];
};

function noOutput(call: ToolCallPart): ToolResultPart {
  return {
    type: 'tool-result',
    callId: call.callId,
    kind: call.kind,
    content: [{ type: 'text', text: NO_OUTPUT }],
    isError: true,
  };
}

/** A result answers the nearest message with a call that bears its id; of several such calls in it the first that has
 *  none yet. */
function matchResults(messages: readonly Message[], losses: Loss[]): Map<ToolCallPart, ToolResultPart> {
  const results = new Map<ToolCallPart, ToolResultPart>();
  const open = new Map<string, { readonly at: number; readonly calls: ToolCallPart[] }>();
  for (const [at, message] of messages.entries()) {
    for (const part of message.parts) {
      if (part.type === 'tool-call') {
        const same = open.get(part.callId);
        if (same?.at === at) same.calls.push(part);
        else open.set(part.callId, { at, calls: [part] });
      }
      if (part.type !== 'tool-result') continue;
      const call = open.get(part.callId)?.calls.shift();
      if (call === undefined)
        losses.push({ path: `messages[${at}]`, why: `The tool output ${part.callId} answers no call.` });
      else results.set(call, part);
    }
  }
  return results;
}

function hasUniqueIds(messages: readonly Message[]): boolean {
  const seen = new Set<string>();
  for (const message of messages) {
    for (const part of message.parts) {
      if (part.type !== 'tool-call') continue;
      if (seen.has(part.callId)) return false;
      seen.add(part.callId);
    }
  }
  return true;
}

/** Two calls with one id are refused with every later request. Servers that begin to count anew with each reply leave
 *  such a history behind where another gateway let them. @param messages  paired. */
function withUniqueIds(messages: readonly Message[], losses: Loss[]): readonly Message[] {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  let ids: string[] = [];
  return messages.map((message, at) => {
    if (message.role === 'tool') {
      return { ...message, parts: message.parts.map((part, index) => ({ ...part, callId: ids[index] ?? '' })) };
    }
    ids = [];
    const parts = message.parts.map((part) => {
      if (part.type !== 'tool-call') return part;
      const callId = freeId(part.callId, taken, counts);
      if (callId !== part.callId) {
        const why = `Two tool calls bear the id ${part.callId}; the later one is sent as ${callId}.`;
        losses.push({ path: `messages[${at}]`, why });
      }
      taken.add(callId);
      ids.push(callId);
      return { ...part, callId };
    });
    return { ...message, parts };
  });
}

/** @param counts  how far each id was counted before: a thousand calls of one id are not counted a thousand times. */
function freeId(id: string, taken: ReadonlySet<string>, counts: Map<string, number>): string {
  if (!taken.has(id)) return id;
  let count = counts.get(id) ?? 2;
  while (taken.has(`${id}_${count}`)) count += 1;
  counts.set(id, count + 1);
  return `${id}_${count}`;
}

/** The common case, found without building anything. */
function isPaired(messages: readonly Message[]): boolean {
  for (let at = 0; at < messages.length; at += 1) {
    const calls = messages[at]?.parts.filter((part) => part.type === 'tool-call') ?? [];
    if (calls.length === 0) {
      if (messages[at]?.parts.some((part) => part.type === 'tool-result')) return false;
      continue;
    }
    const answer = messages[at + 1];
    if (messages[at]?.role !== 'assistant' || answer?.role !== 'tool' || answer.parts.length !== calls.length)
      return false;
    for (const [index, part] of answer.parts.entries()) {
      if (part.type !== 'tool-result' || part.callId !== calls[index]?.callId) return false;
    }
    at += 1;
  }
  return true;
}
