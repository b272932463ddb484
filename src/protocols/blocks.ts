import type { FinishReason, InferenceEvent } from '../ir/event.ts';
import { type Failure, GatewayError } from '../ir/failure.ts';
import { isJsonObject, parseJson } from '../ir/json.ts';
import type { Loss } from '../ir/loss.ts';
import type { ProviderState } from '../ir/request.ts';
import type { Transducer } from '../wire/transducer.ts';
import { unwrapFreeform } from './freeform.ts';
import type { NamedTool, ToolNames } from './tool-names.ts';

/** Fragments of a reply, in whatever order an upstream mixes them, as events of blocks that never overlap.
 *
 *  The first block is open and streams; those after it are held. It is closed once another has begun, a call only when
 *  its arguments parse whole too, since a closed call is executed. A call whose name is late holds the rest.
 *  Text that is nothing but white space is no block. A reply that is longer, or has more blocks, than any real one makes
 *  every method throw a GatewayError.
 *  @property text      @param phase  the mark of the message, given with its first piece.
 *  @property end       the last block is whole; the next fragment begins another. A state belongs to the reasoning
 *                      block that it ends, or to one without any text.
 *  @property openCall  begins a call; its fragments go to `extendCall`.
 *  @property endCall   the upstream said that this call is whole.
 *  @property isWhole   its arguments parse, as far as they came.
 *  @property emit      an event that stands between blocks, in its place.
 *  @property finish    closes what is whole. After `length` or `content-filter` the last block may be cut: it stays
 *                      open, unless it is a call that parses whole. @returns what makes the reply unusable, a call
 *                      among it that a refusal cut.
 *  @property conclude  a last event, after all others, whatever is still open.
 *  @property lose      tells, once, what of the reply has no neutral form; it parts no block.
 *  @property take      the events since the last time. */
export type Blocks = {
  readonly text: (text: string, phase?: string) => void;
  readonly refusal: (text: string) => void;
  readonly reasoning: (text: string) => void;
  readonly reasoningPart: () => void;
  readonly end: (state?: ProviderState) => void;
  readonly openCall: () => CallBlock;
  readonly extendCall: (call: CallBlock, fragment: CallFragment) => void;
  readonly endCall: (call: CallBlock) => void;
  readonly isWhole: (call: CallBlock) => boolean;
  readonly emit: (event: InferenceEvent) => void;
  readonly finish: (reason: FinishReason) => Failure | undefined;
  readonly conclude: (event: InferenceEvent) => void;
  readonly lose: (loss: Loss) => void;
  readonly take: () => InferenceEvent[];
};

/** @property id     only the first that is not empty counts, and so for the name.
 *  @property input  a further piece of the arguments. */
export type CallFragment = { readonly id?: string; readonly name?: string; readonly input?: string };

/** A call in the making. Read it, and give it back to `extendCall`. */
export type CallBlock = {
  readonly kind: 'call';
  readonly id: string;
  readonly name: string;
  /** The arguments so far, as they came. */
  readonly input: string;
};

/** @property names           undoes the flattening of tool names.
 *  @property callId          makes a call's id unique, or makes one.
 *  @property reasoningState  what the open reasoning block's maker needs to take it back, asked when it closes. */
export type BlockOptions = {
  readonly names: Pick<ToolNames, 'lookup'>;
  readonly callId: (given: string | undefined) => string;
  readonly reasoningState?: () => ProviderState | undefined;
};

/** White space is held in so many pieces; then it goes on, so that a reply of nothing else can be seen and stopped. */
const MAX_HELD = 64;

type TextKind = 'text' | 'refusal' | 'reasoning';

type TextBlock = {
  readonly kind: TextKind;
  readonly phase?: string | undefined;
  /** It holds more than white space. */
  isVisible: boolean;
  state?: ProviderState | undefined;
} & BlockState;
type OpenCall = {
  readonly kind: 'call';
  id: string;
  name: string;
  input: string;
  tool?: NamedTool;
  unwrap?: Transducer<string, string>;
  /** The last character of its arguments that is no white space. */
  ending: string;
  /** How much of its arguments was looked at last, and whether that was whole. */
  seen: { readonly length: number; readonly whole: boolean };
} & BlockState;
type FixedBlock = { readonly kind: 'fixed' } & BlockState;
type Block = TextBlock | OpenCall | FixedBlock;

/** @property announced  its start went out: further pieces go out as they come.
 *  @property carry      the first half of a surrogate pair whose second half is still to come. */
type BlockState = { announced: boolean; ended: boolean; held: InferenceEvent[]; carry: string };

/** The longest reply, in characters of its text, thinking and arguments: more than any model writes. */
const MAX_LENGTH = 16 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** How much of a reply's arguments is parsed while they stream, in characters, fragment by fragment; calls of which more
 *  would have to be parsed are closed at their end. */
const MAX_PARSED = 64 * 1024 * 1024;

export function sequenceBlocks(options: BlockOptions): Blocks {
  let out: InferenceEvent[] = [];
  const queue: Block[] = [];
  const calls = new Map<CallBlock, OpenCall>();
  const lost = new Set<string>();
  let failure: Failure | undefined;
  let length = 0;
  let count = 0;
  let parsed = 0;

  const grow = (piece: string): void => {
    length += piece.length;
    if (length > MAX_LENGTH) throw tooMuch('is longer than 16 Mi characters');
  };

  /** Asked after each fragment: only one that ends as a whole call does is worth a look. */
  const isWhole = (call: OpenCall): boolean => {
    const { length } = call.input;
    if (call.seen.length !== length) {
      const mayBe = call.ending === '}' && parsed <= MAX_PARSED;
      if (mayBe) parsed += length;
      call.seen = { length, whole: mayBe && isWholeObject(call.input) };
    }
    return call.seen.whole;
  };

  /** Announces, flushes and closes from the front, as far as the rules allow. */
  const settle = (): void => {
    for (let head = queue[0]; head !== undefined; head = queue[0]) {
      if (!head.announced && mayAnnounce(head)) announce(head);
      const closes = head.ended || (queue.length > 1 && (head.kind !== 'call' || isWhole(head)));
      if (!closes || (!head.announced && head.kind === 'call')) return;
      if (head.announced) close(head);
      leave(head);
      queue.shift();
    }
  };

  const leave = (block: Block): void => {
    if (block.kind === 'call') calls.delete(block);
  };

  const announce = (block: Block): void => {
    block.announced = true;
    if (block.kind === 'call') {
      const tool = options.names.lookup(block.name);
      block.tool = tool;
      if (tool.kind === 'custom') block.unwrap = unwrapFreeform();
      out.push({ type: 'tool-call-start', callId: options.callId(block.id), kind: tool.kind, name: tool.name });
      if (block.input !== '') passInput(block, block.input);
      return;
    }
    if (block.kind === 'text' && block.phase !== undefined) out.push({ type: 'text-start', phase: block.phase });
    else if (block.kind !== 'fixed') out.push({ type: `${block.kind}-start` });
    for (const event of block.held) out.push(event);
    block.held = [];
  };

  const close = (block: Block): void => {
    switch (block.kind) {
      case 'call':
        // Calls without parameters come with empty arguments; what is replayed and executed must be JSON.
        if (block.input.trim() === '' && block.unwrap === undefined) out.push({ type: 'tool-call-delta', input: '{}' });
        for (const raw of block.unwrap?.end() ?? []) passDelta(block, raw);
        if (block.carry !== '') out.push({ type: 'tool-call-delta', input: block.carry });
        out.push({ type: 'tool-call-end' });
        break;
      case 'reasoning': {
        if (block.carry !== '') out.push({ type: 'reasoning-delta', text: block.carry });
        const state = block.state ?? options.reasoningState?.();
        out.push(state === undefined ? { type: 'reasoning-end' } : { type: 'reasoning-end', state });
        break;
      }
      case 'text':
      case 'refusal':
        if (block.carry !== '') out.push({ type: `${block.kind}-delta`, text: block.carry });
        out.push({ type: `${block.kind}-end` });
        break;
      case 'fixed':
        break;
    }
  };

  const passInput = (call: OpenCall, piece: string): void => {
    if (call.unwrap === undefined) passDelta(call, piece);
    else for (const raw of call.unwrap.push(piece)) passDelta(call, raw);
  };

  const passDelta = (call: OpenCall, piece: string): void => {
    const input = wholeCharacters(call, piece);
    if (input !== '') out.push({ type: 'tool-call-delta', input });
  };

  const countPart = (): void => {
    count += 1;
    if (count > MAX_PARTS) throw tooMuch(`has more than ${MAX_PARTS} parts`);
  };

  const open = <B extends Block>(block: B): B => {
    countPart();
    queue.push(block);
    return block;
  };

  const append = (kind: TextKind, piece: string, phase?: string): void => {
    if (piece === '') return;
    grow(piece);
    let block = queue.at(-1);
    if (block?.kind !== kind || block.ended) {
      block = open({ kind, phase, isVisible: false, announced: false, ended: false, held: [], carry: '' });
      if (queue.length > 1) settle();
    }
    const text = wholeCharacters(block, piece);
    if (text === '') return;
    block.isVisible ||= /\S/.test(text);
    const event: InferenceEvent = { type: `${kind}-delta`, text };
    if (block.announced) out.push(event);
    else {
      block.held.push(event);
      settle();
    }
  };

  const end = (state?: ProviderState): void => {
    const last = queue.at(-1);
    const block = last === undefined || last.ended || last.kind === 'call' || last.kind === 'fixed' ? undefined : last;
    if (state === undefined) {
      if (block === undefined) return;
      block.ended = true;
    } else if (block?.kind === 'reasoning') {
      block.state = state;
      block.ended = true;
    } else open({ kind: 'reasoning', isVisible: false, state, announced: false, ended: true, held: [], carry: '' });
    settle();
  };

  const reasoningPart = (): void => {
    const block = queue.at(-1);
    if (block?.kind !== 'reasoning' || block.ended) return;
    countPart();
    if (block.announced) out.push({ type: 'reasoning-part' });
    else block.held.push({ type: 'reasoning-part' });
  };

  const extendCall = (call: CallBlock, fragment: CallFragment): void => {
    const block = calls.get(call);
    const input = fragment.input ?? '';
    grow(input);
    if (block === undefined || block.ended) {
      if (input.trim() !== '' && input !== call.input)
        failure ??= protocolFailure(`went on with the call "${call.name}" after it had ended`);
      return;
    }
    if (block.id === '' && fragment.id !== undefined) block.id = fragment.id;
    if (block.name === '' && fragment.name !== undefined) block.name = fragment.name;
    // Some servers repeat a whole call in the last chunk.
    if (input !== '' && !(input === block.input && isWhole(block))) {
      block.input += input;
      block.ending = input.trimEnd().at(-1) ?? block.ending;
      if (block.announced) passInput(block, input);
    }
    if (!block.announced || queue.length > 1) settle();
  };

  const endCall = (call: CallBlock): void => {
    const block = calls.get(call);
    if (block === undefined) return;
    block.ended = true;
    settle();
  };

  const emit = (event: InferenceEvent): void => {
    open({ kind: 'fixed', announced: false, ended: true, held: [event], carry: '' });
    settle();
  };

  const finish = (reason: FinishReason): Failure | undefined => {
    const cut = reason === 'length' || reason === 'content-filter';
    const blocks = queue.splice(0);
    for (const block of blocks) {
      if (block.kind === 'call' && block.name === '' && !cut) {
        // An empty fragment that announced nothing and brought nothing is no call.
        if (block.id !== '' || block.input.trim() !== '')
          failure ??= protocolFailure('called a tool without naming it');
        leave(block);
        continue;
      }
      const isHalf = block.kind === 'call' && !block.ended && !isWholeObject(block.input);
      // A safety system stops a reply wherever it stands; what it cut must not be run, nor pass for a whole reply.
      if (isHalf && reason === 'refusal') failure ??= DECLINED;
      else if (!cut || (block.kind === 'call' && !isHalf)) block.ended = true;
      queue.push(block);
    }
    settle();
    return failure;
  };

  return {
    text: (text, phase) => append('text', text, phase),
    refusal: (text) => append('refusal', text),
    reasoning: (text) => append('reasoning', text),
    reasoningPart,
    end,
    openCall: () => {
      const seen = { length: 0, whole: false };
      const state = { announced: false, ended: false, held: [], carry: '' };
      const call = open<OpenCall>({ kind: 'call', id: '', name: '', input: '', ending: '', seen, ...state });
      calls.set(call, call);
      return call;
    },
    extendCall,
    endCall,
    isWhole: (call) => {
      const block = calls.get(call);
      return block === undefined ? isWholeObject(call.input) : isWhole(block);
    },
    emit,
    finish,
    conclude: (event) => {
      out.push(event);
    },
    lose: (loss) => {
      if (lost.has(loss.path)) return;
      lost.add(loss.path);
      out.push({ type: 'loss', loss });
    },
    take: () => {
      const events = out;
      out = [];
      return events;
    },
  };
}

/** Where a text was found, beside it. */
export const SOURCES_LOST: Loss = { path: 'annotations', why: 'The sources of a text have no place in the reply.' };

function mayAnnounce(block: Block): boolean {
  switch (block.kind) {
    case 'call':
      return block.name !== '';
    case 'text':
      return block.isVisible || block.held.length > MAX_HELD;
    case 'refusal':
    case 'reasoning':
    case 'fixed':
      return true;
  }
}

/** The piece with the half character before it, without a half character at its end: some providers split a surrogate
 *  pair over two chunks, and half of one is no valid text for a client. */
function wholeCharacters(block: BlockState, piece: string): string {
  const text = block.carry === '' ? piece : block.carry + piece;
  const isHalf = (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800;
  block.carry = isHalf ? text.slice(-1) : '';
  return isHalf ? text.slice(0, -1) : text;
}

function isWholeObject(input: string): boolean {
  return input.trimEnd().endsWith('}') && isJsonObject(parseJson(input));
}

const DECLINED: Failure = {
  kind: 'content-policy',
  message: 'The model declined in the middle of a tool call.',
};

function tooMuch(what: string): GatewayError {
  return new GatewayError({ kind: 'protocol', message: `The model's reply ${what} and was dropped.` });
}

function protocolFailure(what: string): Failure {
  return { kind: 'protocol', message: `The model's reply is malformed: it ${what}.` };
}
