import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Blocks, CallBlock } from '../blocks.ts';
import { FREEFORM_ARGUMENT } from '../grammar-words.ts';

/** Fragments of tool calls, each given to the call that it belongs to: by its index; without one by its id, else to the
 *  last call. An id that is empty or missing says nothing.
 *  @property end    no more fragments come.
 *  @param keepExtra  told, before a call begins, of an `extra_content` that its provider wants back with the call. */
export function toolCallReader(
  blocks: Blocks,
  keepExtra: (extra: JsonObject) => void,
): { readonly push: (fragments: readonly Json[]) => void; readonly end: () => void } {
  const byIndex = new Map<number, CallBlock>();
  let last: CallBlock | undefined;
  /** The freeform call that is being written. The blocks know it only as a function with one argument. */
  let freeform: CallBlock | undefined;

  const begin = (index: number | undefined, extra: Json | undefined): CallBlock => {
    if (isJsonObject(extra)) keepExtra(extra);
    const call = blocks.openCall();
    if (index !== undefined) byIndex.set(index, call);
    return call;
  };

  /** Some servers give every parallel call the index 0: a new id with a name is a new call, once the old one is whole. */
  const isNext = (call: CallBlock, id: string, name: string): boolean =>
    name !== '' && id !== '' && call.id !== '' && call.id !== id && (call.input.trim() === '' || blocks.isWhole(call));

  const find = (index: number | undefined, id: string, name: string, extra: Json | undefined): CallBlock => {
    if (index !== undefined) {
      const call = byIndex.get(index);
      return call === undefined || isNext(call, id, name) ? begin(index, extra) : call;
    }
    if (last === undefined) return begin(undefined, extra);
    if (id !== '') return last.id === id || (last.id === '' && name === '') ? last : begin(undefined, extra);
    // Neither index nor id: a name begins a call, unless the call before still waits for its own.
    return name !== '' && last.name !== '' ? begin(undefined, extra) : last;
  };

  const end = (): void => {
    if (freeform !== undefined) blocks.extendCall(freeform, { input: '"}' });
    freeform = undefined;
  };

  const wrapped = (call: CallBlock, input: string): string => {
    const text = JSON.stringify(input).slice(1, -1);
    if (freeform === call) return text;
    freeform = call;
    return `{"${FREEFORM_ARGUMENT}":"${text}`;
  };

  const push = (fragments: readonly Json[]): void => {
    for (const fragment of fragments) {
      if (!isJsonObject(fragment)) continue;
      const { index, id, function: called, custom, extra_content: extra } = fragment;
      const { name, arguments: input } = isJsonObject(called) ? called : isJsonObject(custom) ? custom : NOTHING;
      const call = find(
        typeof index === 'number' ? index : undefined,
        typeof id === 'string' ? id : '',
        typeof name === 'string' ? name : '',
        extra,
      );
      last = call;
      if (freeform !== call) end();
      const text = isJsonObject(custom) ? custom['input'] : undefined;
      blocks.extendCall(call, {
        ...(typeof id === 'string' ? { id } : {}),
        ...(typeof name === 'string' ? { name } : {}),
        input: isJsonObject(custom) ? wrapped(call, typeof text === 'string' ? text : '') : argumentsText(input),
      });
    }
  };
  return { push, end };
}

const NOTHING: JsonObject = {};

/** Some servers send the arguments parsed. */
function argumentsText(input: Json | undefined): string {
  if (typeof input === 'string') return input;
  return isJsonObject(input) ? JSON.stringify(input) : '';
}
