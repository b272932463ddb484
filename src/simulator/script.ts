import type { JsonObject } from '../ir/json.ts';
import type { Turn } from './turn.ts';

/** What the simulated provider answers: a pure function of the request, so that any run can be repeated. */
export type Scenario = (turn: Turn) => Reply;

/** `script` is rendered in the protocol that was asked in; `raw` is sent as it is; `hang-up` closes the connection
 *  before any answer. */
export type Reply = ScriptedReply | RawReply | { readonly type: 'hang-up' };

/** @property finish    left out: `tool-calls` when there was a call, else `stop`.
 *  @property usage     left out: estimated from the sizes of both bodies. */
export type ScriptedReply = {
  readonly type: 'script';
  readonly steps: readonly Step[];
  readonly usage?: SimulatedUsage;
  readonly finish?: ScriptFinish;
  readonly oddities?: Oddities;
  readonly delivery?: Delivery;
};

export type ScriptFinish = 'stop' | 'tool-calls' | 'length' | 'content-filter' | 'refusal';

export type RawReply = {
  readonly type: 'raw';
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array | string;
  readonly delivery?: Delivery;
};

/** One thing that the model does. Steps come in the order in which the provider would stream them.
 *  - `redacted`: thinking that only its maker can read; other protocols than Messages leave it out.
 *  - `pause`: silence on the wire, in milliseconds.
 *  - `ping`: the protocol's own sign of life: a comment, or a ping event.
 *  - `fail`: an error inside the stream, in the protocol's words; nothing follows it.
 *  - `cut`: the connection ends here, in order (`end`) or not (`reset`); nothing follows it. */
export type Step =
  | { readonly type: 'think'; readonly text: string }
  | { readonly type: 'redacted'; readonly data: string }
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'refuse'; readonly text: string }
  | CallStep
  | { readonly type: 'pause'; readonly ms: number }
  | { readonly type: 'ping' }
  | { readonly type: 'fail'; readonly code: string; readonly message: string }
  | { readonly type: 'cut'; readonly how: 'end' | 'reset' };

/** A tool by its neutral name; the simulator finds the wire name among the tools that were offered.
 *  @property input  JSON arguments as an object, JSON arguments as exact text, or the raw text of a freeform tool. */
export type CallStep = {
  readonly type: 'call';
  readonly tool: string;
  readonly namespace?: string;
  readonly input:
    | { readonly arguments: JsonObject }
    | { readonly argumentsText: string }
    | { readonly freeform: string };
};

/** Tokens. `input` counts the cached ones too, and those that were `written` to the cache; `reasoning` is a part of
 *  `output`. */
export type SimulatedUsage = {
  readonly input: number;
  readonly cached?: number;
  readonly written?: number;
  readonly output: number;
  readonly reasoning?: number;
};

/** Departures of real servers from their own contract. Left out: none.
 *  @property callIndex      `false`: fragments of tool calls carry no `index` (Chat).
 *  @property callId         `false`: tool calls carry no id (Chat, Gemini).
 *  @property streamedArguments  arguments come in pieces under their paths (Gemini).
 *  @property reasoningField the delta's field for thinking (Chat); `think-tags` puts it into the text.
 *  @property usagePlace     `finish`: in the chunk that finishes; `none`: nowhere (Chat).
 *  @property doneMark       `false`: no `[DONE]` (Chat).
 *  @property lineEnd        between and after lines of the stream.
 *  @property pieceLength    characters per delta; 12 where left out. */
export type Oddities = {
  readonly callIndex?: false;
  readonly callId?: false;
  readonly streamedArguments?: true;
  readonly reasoningField?: 'reasoning_content' | 'reasoning' | 'think-tags';
  readonly usagePlace?: 'finish' | 'none';
  readonly doneMark?: false;
  readonly lineEnd?: '\r\n';
  readonly pieceLength?: number;
};

/** How the bytes go out. Left out: one write per event, at once.
 *  @property chunkBytes  bytes per write, whatever they cut: an event, a line, a character.
 *  @property paceMs      rest after each write.
 *  @property cut         the connection ends after so many bytes, in order or not.
 *  @property stall       silence once so many bytes have gone out. */
export type Delivery = {
  readonly chunkBytes?: number;
  readonly paceMs?: number;
  readonly cut?: { readonly afterBytes: number; readonly how: 'end' | 'reset' };
  readonly stall?: { readonly afterBytes: number; readonly ms: number };
  readonly encoding?: 'gzip' | 'br' | 'deflate' | 'zstd';
  readonly headers?: { readonly [name: string]: string };
};

export function script(steps: readonly Step[], rest: Omit<ScriptedReply, 'type' | 'steps'> = {}): ScriptedReply {
  return { type: 'script', steps, ...rest };
}

export function think(text: string): Step {
  return { type: 'think', text };
}

export function say(text: string): Step {
  return { type: 'say', text };
}

/** A call with JSON arguments. */
export function call(tool: string, args: JsonObject, namespace?: string): CallStep {
  return { type: 'call', tool, input: { arguments: args }, ...(namespace === undefined ? {} : { namespace }) };
}

/** A call of a freeform tool, with its raw text. */
export function callFreeform(tool: string, text: string, namespace?: string): CallStep {
  return { type: 'call', tool, input: { freeform: text }, ...(namespace === undefined ? {} : { namespace }) };
}

/** An answer whose status is not 2xx, or any other JSON body. */
export function httpReply(
  status: number,
  body: JsonObject | string,
  headers: { readonly [name: string]: string } = {},
): RawReply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { type: 'raw', status, headers: { 'content-type': 'application/json', ...headers }, body: text };
}

/** Recorded bytes as the whole stream. */
export function recorded(body: Uint8Array | string, delivery: Delivery = {}): RawReply {
  return { type: 'raw', status: 200, headers: { 'content-type': 'text/event-stream' }, body, delivery };
}

/** Answers by the round: the first reply to the prompt, the next after its tools have answered, the last from then on. */
export function rounds(first: Reply, ...rest: readonly Reply[]): Scenario {
  const replies = [first, ...rest];
  return (turn) => replies[Math.min(turn.rounds, replies.length - 1)] ?? first;
}

/** Answers the requests for one model in order, retries too: the first reply at first, the last from then on. */
export function attempts(first: Scenario, ...rest: readonly Scenario[]): Scenario {
  const scenarios = [first, ...rest];
  return (turn) => (scenarios[Math.min(turn.earlier, scenarios.length - 1)] ?? first)(turn);
}

/** One scenario per model id, so that many tests can share a server. */
export function byModel(scenarios: { readonly [model: string]: Scenario }): Scenario {
  return (turn) =>
    scenarios[turn.model]?.(turn) ??
    httpReply(404, { error: { message: `The model '${turn.model}' does not exist`, code: 'model_not_found' } });
}
