import { isJsonObject, parseJson } from '../ir/json.ts';
import type { Transducer } from '../wire/transducer.ts';
import { FREEFORM_ARGUMENT } from './grammar-words.ts';

/** Raw text of a freeform tool as the JSON arguments of its function: the same text gives the same bytes, always. */
export function wrapFreeform(input: string): string {
  return `{${JSON.stringify(FREEFORM_ARGUMENT)}:${JSON.stringify(input)}}`;
}

/** The way back, piece by piece as it streams: pieces of `{"input":"..."}` become pieces of the raw text. What models
 *  write instead is taken too: other members beside `input`, one member of another name, a bare JSON string, the plain
 *  text without any JSON. Joined, the output is the same for any split of the input. */
export function unwrapFreeform(): Transducer<string, string> {
  let head = '';
  let reader: StringReader | undefined;
  let state: 'start' | 'members' | 'late' | 'plain' = 'start';

  const push = (piece: string): readonly string[] => {
    if (reader !== undefined) return some(reader.read(piece));
    if (state === 'plain') return some(piece);
    head += piece;
    // Only a quotation mark can complete the search for the argument: a long member of another name is not read twice.
    if (state === 'late' || (state === 'members' && !piece.includes('"'))) return [];
    if (PLAIN.test(head)) {
      state = 'plain';
      return some(head);
    }
    const argument = ARGUMENT.exec(head);
    if (argument !== null && argument[0].length <= LONG_HEAD) {
      reader = stringReader();
      return some(reader.read(head.slice(argument[0].length)));
    }
    if (head.length > LONG_HEAD) state = 'late';
    else if (head.includes('"')) state = 'members';
    return [];
  };
  const end = (): readonly string[] => {
    if (reader !== undefined) return some(reader.end());
    return state === 'plain' ? [] : some(wholeValue(head));
  };
  return { push, end };
}

function some(text: string): readonly string[] {
  return text === '' ? [] : [text];
}

/** Text that is no JSON string and no JSON object with members. */
const PLAIN = /^\s*(?:[^\s"{]|\{\s*[^\s"}])/;

const SCALAR = String.raw`(?:"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null)`;
/** All up to the argument's opening quotation mark; members before it may be scalars. */
const ARGUMENT = new RegExp(
  String.raw`^\s*\{\s*(?:"(?:[^"\\]|\\.)*"\s*:\s*${SCALAR}\s*,\s*)*?"${FREEFORM_ARGUMENT}"\s*:\s*"`,
);

/** An argument that has not begun by then is read at the end, with what came before it: to look for it with each further
 *  piece of a long member would take a time that grows with its square. In characters. */
const LONG_HEAD = 16 * 1024;

/** The text in arguments in which the argument's beginning was never found. */
function wholeValue(text: string): string {
  const value = parseJson(text);
  if (typeof value === 'string') return value;
  if (!isJsonObject(value)) return text;
  const named = value[FREEFORM_ARGUMENT];
  if (typeof named === 'string') return named;
  const members = Object.values(value);
  if (members.length === 0) return '';
  return members.length === 1 && typeof members[0] === 'string' ? members[0] : text;
}

type StringReader = { readonly read: (piece: string) => string; readonly end: () => string };

const ESCAPES: { readonly [letter: string]: string } = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '"': '"',
  '\\': '\\',
  '/': '/',
};

const SPECIAL = /["\\]/g;

/** Reads the inside of a JSON string up to its closing quote; what follows that is skipped. An escape that JSON does
 *  not know stays as it was written. */
function stringReader(): StringReader {
  let held = '';
  let closed = false;
  const read = (piece: string): string => {
    if (closed) return '';
    const text = held === '' ? piece : held + piece;
    held = '';
    let output = '';
    let from = 0;
    for (;;) {
      SPECIAL.lastIndex = from;
      const stop = SPECIAL.exec(text)?.index;
      if (stop === undefined) return output + text.slice(from);
      output += text.slice(from, stop);
      if (text[stop] === '"') {
        closed = true;
        return output;
      }
      const letter = text[stop + 1];
      const length = letter === 'u' ? 6 : 2;
      if (stop + length > text.length) {
        held = text.slice(stop);
        return output;
      }
      output += readEscape(text.slice(stop, stop + length));
      from = stop + length;
    }
  };
  return { read, end: () => (closed ? '' : held) };
}

function readEscape(written: string): string {
  const letter = written.charAt(1);
  if (letter !== 'u') return ESCAPES[letter] ?? written;
  const code = written.slice(2);
  return /^[0-9a-fA-F]{4}$/.test(code) ? String.fromCharCode(Number.parseInt(code, 16)) : written;
}
