import { isJsonObject, parseJson } from '../ir/json.ts';
import { MAX_DEPTH } from './json-tree.ts';

/** Text that was not the JSON of an object, and is now. @property repairs  what was done, each in a few words.
 *  @property guessesEnd  the text ended inside a string: only a list of allowed values can tell where that one ends. */
export type MendedText = { readonly text: string; readonly repairs: readonly string[]; readonly guessesEnd?: boolean };

/** How often JSON may stand inside JSON. */
const MAX_LAYERS = 3;

/** The ways to read a text as the JSON of one object, where it is not that already. Mostly none or one; two where a
 *  quotation mark is missing at the end. A text that begins with its object keeps all that stands before the first
 *  flaw, so that it may have been passed on already. */
export function mendText(text: string, layers = MAX_LAYERS): readonly MendedText[] {
  const value = parseJson(text);
  if (isJsonObject(value)) return [];
  if (typeof value === 'string') return layers === 0 ? [] : inside(value, 'doubled encoding', layers);
  if (Array.isArray(value)) {
    const [only, second] = value;
    if (!isJsonObject(only) || second !== undefined) return [];
    return [{ text: text.trim().slice(1, -1).trim(), repairs: ['an array around the arguments'] }];
  }
  const fenced = insideFence(text);
  if (fenced !== undefined) return layers === 0 ? [] : inside(fenced, 'a code fence', layers);
  return readTolerantly(text, layers);
}

const FENCE = '```';
const OPENING_FENCE = /^\s*```[a-z]*[ \t]*\r?\n?/i;

/** What stands behind ``` or ```json, up to the closing fence, which is there mostly. */
function insideFence(text: string): string | undefined {
  const opening = OPENING_FENCE.exec(text);
  if (opening === null) return undefined;
  const body = text.slice(opening[0].length).trimEnd();
  return body.endsWith(FENCE) ? body.slice(0, -FENCE.length).trimEnd() : body;
}

function inside(text: string, repair: string, layers: number): readonly MendedText[] {
  if (isJsonObject(parseJson(text))) return [{ text: text.trim(), repairs: [repair] }];
  return mendText(text, layers - 1).map((inner) => ({ ...inner, repairs: [repair, ...inner.repairs] }));
}

/** A quotation mark alone before the object: the encoding was doubled without its escapes. */
const BEGINNING = /^\s*(?:(["'`])\s*)?(?=\{)/;
/** What may stand behind the object and mean nothing. */
const LITTER = /^[\s"'`}\];]*$/;
const CLOSER = { '{': '}', '[': ']' } as const;
/** What JSON has for the words that Python writes. */
export const PYTHON: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'null'],
]);
const TOKEN = /"(?:[^"\\]|\\[\s\S])*"?|[{}[\],:]|[^\s{}[\],:"]+|\s+/g;
/** What JSON writes as an escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f]/g;

function readTolerantly(text: string, layers: number): readonly MendedText[] {
  const beginning = BEGINNING.exec(text);
  if (beginning === null) return [];
  const repairs = new Set<string>();
  const open: ('{' | '[')[] = [];
  const output: string[] = [];
  let last = '';
  let lastAt = 0;
  TOKEN.lastIndex = beginning[0].length;
  if (beginning[1] === undefined) output.push(beginning[0]);
  else repairs.add('a lone quotation mark');

  for (let token = TOKEN.exec(text)?.[0]; token !== undefined; token = TOKEN.exec(text)?.[0]) {
    const [mark] = token;
    if (mark === '"') {
      const escaped = token.replace(CONTROL, escapeOf);
      if (escaped !== token) repairs.add('a line break inside a string');
      if (!isWholeString(token)) return last === ':' ? cutInString(output.join(''), escaped, open, repairs) : [];
      output.push(escaped);
    } else if (mark === '{' || mark === '[') {
      open.push(mark);
      if (open.length > MAX_DEPTH) return [];
      output.push(mark);
    } else if (mark === '}' || mark === ']') {
      if (last === ',') {
        output[lastAt] = '';
        repairs.add('a trailing comma');
      }
      const closers = closersUpTo(open, mark);
      if (closers === undefined) return [];
      if (closers.length > 1) repairs.add('a missing bracket');
      output.push(closers);
      if (open.length === 0) return withRest(output.join(''), text.slice(TOKEN.lastIndex), repairs, layers);
    } else {
      const word = PYTHON.get(token);
      if (word !== undefined) repairs.add('words of Python');
      output.push(word ?? token);
    }
    if (token.trim() === '') continue;
    last = token;
    lastAt = output.length - 1;
  }
  // A number may have lost digits, and behind a comma or a colon something is missing.
  if (!/^(?:"|[}\]]|true|false|null)/.test(PYTHON.get(last) ?? last)) return [];
  repairs.add('a missing bracket');
  return checked(output.join('') + closersOf(open), repairs);
}

/** The object is whole; something follows it. */
function withRest(object: string, rest: string, repairs: Set<string>, layers: number): readonly MendedText[] {
  const behind = rest.trim();
  if (behind === '') return checked(object, repairs);
  if (LITTER.test(behind)) {
    repairs.add('marks behind the arguments');
    return checked(object, repairs);
  }
  if (behind === object.trim()) {
    repairs.add('arguments written twice');
    return checked(object, repairs);
  }
  // Some servers begin the arguments with those of a call without any.
  if (!/^\s*\{\s*\}$/.test(object) || layers === 0) return [];
  return inside(behind, 'an empty object before the arguments', layers);
}

/** The string may end where the text does, or before the brackets at its end. */
function cutInString(output: string, string: string, open: readonly ('{' | '[')[], repairs: Set<string>) {
  const closers = closersOf(open);
  let end = string.length;
  while (/[\s}\]]/.test(string.charAt(end - 1))) end -= 1;
  const bodies = [string, string.slice(0, end)];
  repairs.add('a missing quotation mark');
  return [...new Set(bodies)].flatMap((body) =>
    checked(`${output}${body}"${closers}`, repairs).map((mended) => ({ ...mended, guessesEnd: true })),
  );
}

function checked(text: string, repairs: ReadonlySet<string>): readonly MendedText[] {
  return isJsonObject(parseJson(text)) ? [{ text, repairs: [...repairs] }] : [];
}

function isWholeString(token: string): boolean {
  return token.length > 1 && /^"(?:[^"\\]|\\[\s\S])*"$/.test(token);
}

function escapeOf(character: string): string {
  return JSON.stringify(character).slice(1, -1);
}

/** Takes from `open` what this mark closes, and what had to be closed before. */
function closersUpTo(open: ('{' | '[')[], mark: '}' | ']'): string | undefined {
  const from = open.findLastIndex((opener) => CLOSER[opener] === mark);
  return from === -1 ? undefined : closersOf(open.splice(from));
}

function closersOf(open: readonly ('{' | '[')[]): string {
  return open
    .map((opener) => CLOSER[opener])
    .toReversed()
    .join('');
}
