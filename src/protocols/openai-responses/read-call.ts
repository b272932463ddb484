import { isJsonObject, type Json, type JsonObject, parseJson } from '../../ir/json.ts';
import type { Blocks, CallBlock } from '../blocks.ts';
import type { NamedTool, ToolNames } from '../tool-names.ts';

/** Item types that are calls for the client to run. */
const KINDS = { function_call: 'function', custom_tool_call: 'custom', tool_search_call: 'search' } as const;

/** One call while it streams.
 *  @property delta  a further piece of its arguments or text.
 *  @property whole  all of it: what has not been streamed of it goes out now.
 *  @property close  @param isCut  the provider says that a limit cut it. */
export type CallReader = {
  readonly delta: (piece: string) => void;
  readonly whole: (text: string) => void;
  readonly close: (isCut: boolean) => void;
};

export function isCall(item: JsonObject): boolean {
  return kindOf(item) !== undefined;
}

/** A tool search that the provider ran itself is no call for the client. */
function kindOf(item: JsonObject): NamedTool['kind'] | undefined {
  if (item['type'] === 'tool_search_call') return item['execution'] === 'server' ? undefined : KINDS.tool_search_call;
  return item['type'] === 'function_call' || item['type'] === 'custom_tool_call' ? KINDS[item['type']] : undefined;
}

export function openCall(item: JsonObject, blocks: Blocks): CallReader {
  const kind = kindOf(item) ?? 'function';
  const call = blocks.openCall();
  const { call_id: callId, id } = item;
  const given = typeof callId === 'string' && callId !== '' ? callId : typeof id === 'string' ? id : '';
  const name = keyOf(kind, item);
  blocks.extendCall(call, { ...(given === '' ? {} : { id: given }), ...(name === '' ? {} : { name }) });
  const writer = kind === 'custom' ? freeformWriter(call, blocks) : argumentsWriter(call, blocks);
  let streamed = '';
  return {
    delta: (piece) => {
      streamed += piece;
      writer.write(piece);
    },
    whole: (text) => {
      if (!text.startsWith(streamed)) return;
      const rest = text.slice(streamed.length);
      streamed = text;
      if (rest !== '') writer.write(rest);
    },
    close: (isCut) => {
      if (isCut) return;
      writer.end();
      blocks.endCall(call);
    },
  };
}

/** All of a finished call's arguments or text. */
export function callInput(item: JsonObject): string | undefined {
  const value = item['type'] === 'custom_tool_call' ? item['input'] : item['arguments'];
  if (typeof value === 'string') return value;
  return isJsonObject(value) ? JSON.stringify(value) : undefined;
}

type Writer = { readonly write: (piece: string) => void; readonly end: () => void };

function argumentsWriter(call: CallBlock, blocks: Blocks): Writer {
  return { write: (input) => blocks.extendCall(call, { input }), end: () => undefined };
}

/** The blocks know a freeform call only as a function with one argument; its raw text is wrapped as such. */
function freeformWriter(call: CallBlock, blocks: Blocks): Writer {
  let opened = false;
  const open = (): void => {
    if (!opened) blocks.extendCall(call, { input: '{"input":"' });
    opened = true;
  };
  return {
    write: (piece) => {
      open();
      blocks.extendCall(call, { input: JSON.stringify(piece).slice(1, -1) });
    },
    end: () => {
      open();
      blocks.extendCall(call, { input: '"}' });
    },
  };
}

/** Kind, namespace and name in the one word by which the blocks know a call. */
function keyOf(kind: NamedTool['kind'], item: JsonObject): string {
  const { name, namespace } = item;
  if (kind === 'search') return JSON.stringify([kind, 'tool_search', null]);
  if (typeof name !== 'string' || name === '') return '';
  return JSON.stringify([kind, name, typeof namespace === 'string' ? namespace : null]);
}

/** The tool that such a word stands for. A plain function may be one of the flattened tools of this request. */
export function lookupCall(key: string, names: Pick<ToolNames, 'lookup'>): NamedTool {
  const [kind, name, namespace] = partsOf(parseJson(key));
  if (kind === 'function' && namespace === undefined) return names.lookup(name);
  return { kind, name: namespace === undefined ? { name } : { name, namespace } };
}

function partsOf(key: Json | undefined): readonly [NamedTool['kind'], string, string | undefined] {
  const [kind, name, namespace] = Array.isArray(key) ? key : [];
  return [
    kind === 'custom' || kind === 'search' ? kind : 'function',
    typeof name === 'string' ? name : '',
    typeof namespace === 'string' ? namespace : undefined,
  ];
}
