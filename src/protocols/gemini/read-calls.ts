import type { Failure } from '../../ir/failure.ts';
import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import type { Blocks, CallBlock } from '../blocks.ts';
import { type ArgumentPieces, argumentPieces, argumentText } from './argument-pieces.ts';
import type { Kept } from './signatures.ts';

/** The calls of one reply. Most come whole, in one part; with streamed arguments one call is several parts, of which
 *  the later ones often bear nothing but their pieces.
 *  @property add     one `functionCall`, with the signature of its part.
 *  @property isOpen  the last call is still to be gone on with. */
export type CallReader = {
  readonly add: (call: JsonObject, signature: string | undefined) => Failure | undefined;
  readonly count: () => number;
};

type OpenCall = {
  readonly block: CallBlock;
  readonly id: string;
  readonly given: string;
  readonly name: string;
  readonly pieces: ArgumentPieces;
};

/** @param callId  makes a call's id unique, or makes one.
 *  @param keep    what has to go back with the reply, put into its place. */
export function readCalls(
  blocks: Blocks,
  callId: (given: string | undefined) => string,
  keep: (kept: Kept) => void,
): CallReader {
  let open: OpenCall | undefined;
  let count = 0;

  const begin = (given: string, name: string, signature: string | undefined): OpenCall => {
    const id = callId(given === '' ? undefined : given);
    if (signature !== undefined) keep({ of: 'call', id, signature });
    const block = blocks.openCall();
    count += 1;
    blocks.extendCall(block, { id, name });
    return { block, id, given, name, pieces: argumentPieces() };
  };

  const end = ({ block }: OpenCall, input: string): void => {
    open = undefined;
    blocks.extendCall(block, { input });
    blocks.endCall(block);
  };

  return {
    count: () => count,
    add: (value, signature) => {
      const given = text(value['id']);
      const name = text(value['name']);
      const pieces = Array.isArray(value['partialArgs']) ? value['partialArgs'].filter(isJsonObject) : [];
      const goesOn = value['willContinue'] === true;
      const current = open;
      if (current !== undefined && !isSame(current, given, name)) end(current, current.pieces.end());
      const isNext = current === undefined || !isSame(current, given, name);
      // The empty part that ends a streamed call comes once more where its last piece ended it already.
      if (isNext && name === '' && given === '' && pieces.length === 0 && value['args'] === undefined) return undefined;
      const call = isNext ? begin(given, name, signature) : current;
      if (!isNext && signature !== undefined) keep({ of: 'call', id: call.id, signature });
      for (const piece of pieces) {
        const added = call.pieces.add(piece);
        if ('wrong' in added)
          return {
            kind: 'protocol',
            message: `The model's reply is malformed: the call "${call.name}" ${added.wrong}.`,
          };
        blocks.extendCall(call.block, { input: added.text });
      }
      if (goesOn) open = call;
      else end(call, value['args'] === undefined ? call.pieces.end() : argumentText(value['args']));
      return undefined;
    },
  };
}

/** A part goes on with the open call unless it bears another name or id. */
function isSame(open: OpenCall, given: string, name: string): boolean {
  if (given !== '' && open.given !== '') return given === open.given;
  return name === '' || name === open.name;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
