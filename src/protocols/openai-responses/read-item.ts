import type { FinishReason } from '../../ir/event.ts';
import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { ProviderState } from '../../ir/request.ts';
import { type Blocks, SOURCES_LOST } from '../blocks.ts';
import type { EgressTarget } from '../protocol.ts';
import { type ThinkSink, type ThinkTags, thinkTags } from '../think-tags.ts';
import { reasoningState } from './encode-reasoning.ts';
import { type CallReader, callInput, isCall, openCall } from './read-call.ts';

/** The output items of one reply, fragment by fragment or whole. Everything is told at most once: what came as deltas
 *  is not repeated when the finished text, part or item brings it again.
 *  @property event   one event that is about an item.
 *  @property done    an item as it ended up.
 *  @property finish  gives out what was held back; after a limit the last text stays open.
 *  @property reason  how a reply that ended well ended. */
export type ItemReader = {
  readonly event: (type: string, event: JsonObject) => void;
  readonly done: (index: number, item: JsonObject) => void;
  readonly finish: (isCut: boolean) => void;
  readonly reason: () => FinishReason;
};

type Item = {
  readonly index: number;
  readonly parts: Map<string, SpokenPart>;
  call?: CallReader;
  phase?: string;
  hasOddPhase?: boolean;
  isDone: boolean;
};

type TextKind = 'text' | 'refusal' | 'summary' | 'raw';

/** One text of an item, and what was told of it so far. */
type SpokenPart = { readonly item: Item; readonly kind: TextKind; readonly index: number; told: string };

/** What the reasoning block that is open brought for its maker to take back. */
export type Thought = { encrypted?: string; raw: boolean };

export function itemReader(blocks: Blocks, thought: Thought, target: EgressTarget | undefined): ItemReader {
  const items = new Map<number, Item>();
  const byId = new Map<string, Item>();
  const tags: ThinkTags | undefined = target?.dialect.reasoning.thinkTags === true ? thinkTags() : undefined;
  const sink: ThinkSink = { text: (text) => blocks.text(text, phase), reasoning: blocks.reasoning };
  let current: SpokenPart | undefined;
  const late: ProviderState[] = [];
  let endsNext = false;
  let phase: string | undefined;
  let hasCalled = false;
  let hasSpoken = false;
  let hasRefused = false;

  /** By its index, since some servers give an item another id in each event; by its id where there is no index. */
  const find = (index: Json | undefined, id: Json | undefined): Item => {
    const known = typeof index === 'number' ? items.get(index) : typeof id === 'string' ? byId.get(id) : undefined;
    if (known !== undefined) return known;
    const item: Item = { index: typeof index === 'number' ? index : items.size, parts: new Map(), isDone: false };
    items.set(item.index, item);
    if (typeof id === 'string') byId.set(id, item);
    return item;
  };

  const itemAt = (event: JsonObject): Item => {
    const value = event['item'];
    return find(event['output_index'], isJsonObject(value) ? value['id'] : event['item_id']);
  };

  /** A further piece of a text. Pieces of another part, or another item, begin a block of their own. */
  const tell = (item: Item, kind: TextKind, index: number, piece: string): void => {
    if (piece === '') return;
    if (endsNext) endText();
    let part = current;
    if (part?.item !== item || part.kind !== kind || part.index !== index) {
      part = partAt(item, kind, index);
      turnTo(part);
    }
    part.told += piece;
    switch (kind) {
      case 'text':
        hasSpoken = true;
        phase = item.phase;
        if (tags === undefined) blocks.text(piece, phase);
        else tags.push(piece, sink);
        break;
      case 'refusal':
        hasRefused = true;
        blocks.refusal(piece);
        break;
      case 'raw':
        thought.raw = true;
        blocks.reasoning(piece);
        break;
      case 'summary':
        blocks.reasoning(piece);
        break;
    }
  };

  const partAt = (item: Item, kind: TextKind, index: number): SpokenPart => {
    const key = `${kind}${index}`;
    const known = item.parts.get(key);
    if (known !== undefined) return known;
    const part: SpokenPart = { item, kind, index, told: '' };
    item.parts.set(key, part);
    return part;
  };

  const turnTo = (part: SpokenPart): void => {
    if (part.kind === 'summary' && current?.kind === 'summary' && current.item === part.item) blocks.reasoningPart();
    else endText();
    current = part;
  };

  const endText = (): void => {
    endsNext = false;
    tags?.end(sink);
    blocks.end();
    current = undefined;
    tellLate();
  };

  /** States of reasoning items that ended while another item spoke, which they must not interrupt. */
  const tellLate = (): void => {
    for (const state of late.splice(0)) blocks.end(state);
  };

  /** The whole of a text: what was not told of it is told now. */
  const complete = (item: Item, kind: TextKind, index: number, text: Json | undefined): void => {
    if (typeof text !== 'string') return;
    const { told } = partAt(item, kind, index);
    if (text.startsWith(told)) tell(item, kind, index, text.slice(told.length));
  };

  /** The number under which a part of a finished item was told. vLLM numbers the parts of all items in one row while
   *  they stream: numbers that the item has no parts for mean its parts in their order. */
  const toldAs = (item: Item, kind: TextKind, length: number): ((index: number) => number) => {
    const told = [...item.parts.values()].filter((part) => part.kind === kind).map((part) => part.index);
    const inOneRow = told.some((number) => number >= length);
    return (index) => (inOneRow ? (told[index] ?? index) : index);
  };

  const readPhase = (item: Item, given: Json | undefined): void => {
    if (isPhase(given)) item.phase = given;
    else if (typeof given === 'string' && item.hasOddPhase !== true) {
      item.hasOddPhase = true;
      const why = 'The API knows no such phase of a message: it is left out.';
      blocks.emit({ type: 'loss', loss: { path: `output[${item.index}].phase`, why } });
    }
  };

  const begin = (item: Item, value: JsonObject): void => {
    readPhase(item, value['phase']);
    if (item.call !== undefined || !isCall(value)) return;
    hasCalled = true;
    endText();
    item.call = openCall(value, blocks);
  };

  const done = (item: Item, value: JsonObject): void => {
    if (item.isDone) return;
    item.isDone = true;
    const isCut = value['status'] === 'incomplete';
    begin(item, value);
    if (item.call !== undefined) {
      item.call.whole(callInput(value) ?? '');
      item.call.close(isCut);
      return;
    }
    switch (value['type']) {
      case 'message': {
        const content = listOf(value['content']);
        const number = toldAs(item, 'text', content.length);
        for (const [index, part] of content.entries()) {
          if (target !== undefined && Array.isArray(part['annotations']) && part['annotations'].length > 0)
            blocks.lose(SOURCES_LOST);
          if (part['type'] === 'refusal') complete(item, 'refusal', index, part['refusal']);
          else complete(item, 'text', number(index), part['text']);
        }
        // Its end waits for what comes next: a limit that strikes now has cut this message, whatever its status says.
        endsNext = !isCut && current?.item === item;
        break;
      }
      case 'reasoning':
        doneReasoning(item, value, isCut);
        break;
      default:
        if (typeof value['type'] !== 'string') break;
        endText();
        blocks.emit({ type: 'opaque', protocol: 'openai-responses', value });
        hasSpoken = true;
    }
  };

  const doneReasoning = (item: Item, value: JsonObject, isCut: boolean): void => {
    for (const [index, part] of listOf(value['summary']).entries()) complete(item, 'summary', index, part['text']);
    const hasSummary = [...item.parts.values()].some(({ kind, told }) => kind === 'summary' && told !== '');
    // Raw thinking beside its own summary would be told twice.
    const content = listOf(value['content']);
    const number = toldAs(item, 'raw', content.length);
    for (const [index, part] of content.entries()) {
      if (!hasSummary) complete(item, 'raw', number(index), part['text']);
    }
    const { encrypted_content: encrypted } = value;
    const blob = typeof encrypted === 'string' && encrypted !== '' ? encrypted : undefined;
    if (current?.item === item) {
      if (blob !== undefined) thought.encrypted = blob;
      if (!isCut) endText();
    } else if (blob !== undefined && target !== undefined) {
      late.push(reasoningState(target, { encrypted_content: blob }));
      if (current === undefined) tellLate();
    }
  };

  return {
    event: (type, event) => {
      switch (type) {
        case 'response.output_text.delta':
          tell(itemAt(event), 'text', numberAt(event, 'content_index'), textAt(event, 'delta'));
          break;
        case 'response.function_call_arguments.delta':
        case 'response.custom_tool_call_input.delta':
          itemAt(event).call?.delta(textAt(event, 'delta'));
          break;
        case 'response.reasoning_summary_text.delta':
          tell(itemAt(event), 'summary', numberAt(event, 'summary_index'), textAt(event, 'delta'));
          break;
        case 'response.reasoning_text.delta':
        case 'response.reasoning.delta':
          tell(itemAt(event), 'raw', numberAt(event, 'content_index'), textAt(event, 'delta'));
          break;
        case 'response.refusal.delta':
          tell(itemAt(event), 'refusal', numberAt(event, 'content_index'), textAt(event, 'delta'));
          break;
        case 'response.output_item.added':
          if (isJsonObject(event['item'])) begin(itemAt(event), event['item']);
          break;
        case 'response.output_item.done':
          if (isJsonObject(event['item'])) done(itemAt(event), event['item']);
          break;
        case 'response.output_text.done':
          complete(itemAt(event), 'text', numberAt(event, 'content_index'), event['text']);
          break;
        case 'response.refusal.done':
          complete(itemAt(event), 'refusal', numberAt(event, 'content_index'), event['refusal']);
          break;
        case 'response.reasoning_summary_text.done':
          complete(itemAt(event), 'summary', numberAt(event, 'summary_index'), event['text']);
          break;
        case 'response.function_call_arguments.done':
          itemAt(event).call?.whole(textAt(event, 'arguments'));
          break;
        case 'response.custom_tool_call_input.done':
          itemAt(event).call?.whole(textAt(event, 'input'));
          break;
        default:
          // Progress of hosted tools, annotations, and what newer servers send: the item itself tells it in the end.
          break;
      }
    },
    done: (index, item) => {
      const { id } = item;
      done((typeof id === 'string' ? byId.get(id) : undefined) ?? find(index, id), item);
    },
    finish: (isCut) => {
      if (isCut) tags?.end(sink);
      else endText();
    },
    reason: () => (hasCalled ? 'tool-calls' : hasRefused && !hasSpoken ? 'refusal' : 'stop'),
  };
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function textAt(event: JsonObject, name: string): string {
  const value = event[name];
  return typeof value === 'string' ? value : '';
}

function numberAt(event: JsonObject, name: string): number {
  const value = event[name];
  return typeof value === 'number' ? value : 0;
}

/** A word that the API does not know would break a strict client. */
function isPhase(value: unknown): value is string {
  return value === 'commentary' || value === 'final_answer';
}
