/** One member of a JSON text's top-level object, as byte offsets into the text. `keyStart` is its opening quotation
 *  mark, `valueEnd` the offset behind its value. */
export type JsonMember = {
  readonly key: string;
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
};

/** The text is no JSON object. @property offset  where, in bytes. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError';
  readonly offset: number;

  constructor(what: string, offset: number) {
    super(`${what} at byte ${offset}`);
    this.offset = offset;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** How many brackets a value may open: what reads it later has a stack for that. */
const MAX_DEPTH = 510;

/** A string is scanned here for so many bytes before the native search is asked, whose call costs more than a short
 *  string. */
const SHORT_STRING = 64;
/** Where the search meets escaped quotation marks so close to each other, so many bytes are scanned here again. */
const CLOSE = 256;
const DENSE_STRETCH = 1_024;

/** The members of the object that `json` holds, in order, duplicates included, without parsing what they hold: values
 *  are skipped by their quotation marks and brackets alone, so a fault inside one may stay unseen.
 *  @throws JsonTextError where the text is no object, or ends inside one. */
export function topLevelMembers(json: Uint8Array): readonly JsonMember[] {
  let members = scanned.get(json);
  if (members === undefined) {
    members = scan(json);
    scanned.set(json, members);
  }
  return members;
}

/** A body is outlined first and edited later, and nobody writes into it meanwhile. */
const scanned = new WeakMap<Uint8Array, readonly JsonMember[]>();

function scan(json: Uint8Array): readonly JsonMember[] {
  const bytes = asBuffer(json);
  const words = wordsOf(bytes);
  const members: JsonMember[] = [];
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== OPEN_BRACE) throw new JsonTextError('expected a JSON object', at);
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === CLOSE_BRACE) {
    expectEnd(bytes, at + 1);
    return members;
  }
  for (;;) {
    const keyStart = at;
    if (bytes[at] !== QUOTE) throw new JsonTextError('expected a member name', at);
    at = skipString(bytes, words, at);
    const key = readKey(bytes, keyStart, at);
    at = skipSpace(bytes, at);
    if (bytes[at] !== COLON) throw new JsonTextError('expected ":"', at);
    const valueStart = skipSpace(bytes, at + 1);
    const valueEnd = skipValue(bytes, words, valueStart);
    members.push({ key, keyStart, valueStart, valueEnd });
    at = skipSpace(bytes, valueEnd);
    if (bytes[at] === CLOSE_BRACE) {
      expectEnd(bytes, at + 1);
      return members;
    }
    if (bytes[at] !== COMMA) throw new JsonTextError('expected "," or "}"', at);
    at = skipSpace(bytes, at + 1);
  }
}

/** The parsed value of the last member of that name, which is the one that `JSON.parse` keeps; `undefined` without one.
 *  @throws SyntaxError where the value is no JSON. */
export function memberValue(json: Uint8Array, members: readonly JsonMember[], key: string): unknown {
  const member = members.findLast((candidate) => candidate.key === key);
  return member && JSON.parse(asBuffer(json).toString('utf8', member.valueStart, member.valueEnd));
}

/** The text with the value of every top-level member named `key` replaced; all other bytes stay.
 *  @param value  the new value as JSON text. */
export function replaceMember(json: Uint8Array, key: string, value: string): Uint8Array {
  return editMembers(json, { [key]: value });
}

/** The text without its top-level members named `key`, each with the comma and space that parted it from the next. */
export function removeMember(json: Uint8Array, key: string): Uint8Array {
  return editMembers(json, { [key]: null });
}

/** Several members replaced (their new values as JSON texts) or removed (`null`) in one copy. Members that the text does
 *  not have stay absent. @returns the same array where nothing is to be done. */
export function editMembers(json: Uint8Array, edits: { readonly [key: string]: string | null }): Uint8Array {
  const [first, ...rest] = editPieces(json, edits);
  return first === undefined ? new Uint8Array(0) : rest.length === 0 ? first : Buffer.concat([first, ...rest]);
}

/** The text with members before all that it has. @param members  their JSON text, in pieces. */
export function prependMembers(json: Uint8Array, members: readonly Uint8Array[]): Uint8Array {
  const bytes = asBuffer(json);
  const inside = bytes.indexOf(OPEN_BRACE) + 1;
  const isEmpty = bytes[skipSpace(bytes, inside)] === CLOSE_BRACE;
  return Buffer.concat([
    bytes.subarray(0, inside),
    ...members,
    Buffer.from(isEmpty ? '' : ','),
    bytes.subarray(inside),
  ]);
}

/** The same in pieces, for who writes them one after the other: what stays is not copied. */
export function editPieces(json: Uint8Array, edits: { readonly [key: string]: string | null }): readonly Uint8Array[] {
  const members = topLevelMembers(json);
  const pieces: Uint8Array[] = [];
  let from = 0;
  const cut = (start: number, end: number, insert?: string): void => {
    if (start > from) pieces.push(json.subarray(from, start));
    if (insert !== undefined) pieces.push(Buffer.from(insert));
    from = end;
  };
  const isRemoved = (member: JsonMember): boolean => Object.hasOwn(edits, member.key) && edits[member.key] === null;
  const lastKept = members.findLastIndex((member) => !isRemoved(member));
  for (const [index, member] of members.entries()) {
    const next = members[index + 1];
    const edit = Object.hasOwn(edits, member.key) ? edits[member.key] : undefined;
    if (edit === undefined) continue;
    if (edit !== null) cut(member.valueStart, member.valueEnd, edit);
    else if (next !== undefined && index < lastKept) cut(member.keyStart, next.keyStart);
    else {
      // The tail goes as a whole, with the comma before it.
      cut(members[lastKept]?.valueEnd ?? member.keyStart, members.at(-1)?.valueEnd ?? member.valueEnd);
      break;
    }
  }
  if (from === 0 && pieces.length === 0) return [json];
  cut(json.length, json.length);
  return pieces;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (let byte = bytes[at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = bytes[at])
    at += 1;
  return at;
}

function expectEnd(bytes: Buffer, from: number): void {
  const at = skipSpace(bytes, from);
  if (at < bytes.length) throw new JsonTextError('unexpected text behind the JSON object', at);
}

/** @param start  the opening quotation mark. @returns the offset behind the closing one. */
function skipString(bytes: Buffer, words: Int32Array, start: number): number {
  const { length } = bytes;
  let at = start + 1;
  let stretch = SHORT_STRING;
  for (;;) {
    const near = Math.min(length, at + stretch);
    while (at < near) {
      const byte = bytes[at];
      if (byte === QUOTE) return at + 1;
      if (byte === BACKSLASH) at += 2;
      else at = ((bytes.byteOffset + at) & 3) === 0 ? skipWords(bytes, words, at, near) : at + 1;
    }
    const quote = at < length ? bytes.indexOf(QUOTE, at) : -1;
    if (quote === -1) throw new JsonTextError('a string never ends, begun', start);
    // Here `at` stands outside of any escape, so the backslashes between it and the mark are all that count.
    if (countBackslashes(bytes, at - 1, quote) % 2 === 0) return quote + 1;
    stretch = quote - at < CLOSE ? DENSE_STRETCH : 0;
    at = quote + 1;
  }
}

/** The memory behind `bytes`, four bytes at a time. */
function wordsOf(bytes: Buffer): Int32Array {
  return new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
}

/** Skips whole words that hold neither a quotation mark nor a backslash, and at least the byte at `from`, which is none.
 *  A byte is zero where `(word - 0x01010101) & ~word & 0x80808080` has its high bit.
 *  Source: https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord
 *  @param from  aligned to a word. */
function skipWords(bytes: Buffer, words: Int32Array, from: number, until: number): number {
  const base = bytes.byteOffset;
  const last = (base + until) >> 2;
  let index = (base + from) >> 2;
  for (; index < last; index += 1) {
    const word = words[index] ?? 0;
    const quote = word ^ 0x22222222;
    const slash = word ^ 0x5c5c5c5c;
    if ((((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash)) & 0x80808080) break;
  }
  return Math.max(from + 1, (index << 2) - base);
}

/** How many backslashes stand right before `end`. */
function countBackslashes(bytes: Buffer, start: number, end: number): number {
  let at = end - 1;
  while (at > start && bytes[at] === BACKSLASH) at -= 1;
  return end - 1 - at;
}

function readKey(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  if (!text.includes('\\')) return text.slice(1, -1);
  try {
    return String(JSON.parse(text));
  } catch {
    throw new JsonTextError('bad escape in the member name', start);
  }
}

function skipValue(bytes: Buffer, words: Int32Array, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return skipString(bytes, words, start);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return skipScalar(bytes, start);
  const closers: number[] = [];
  const { length } = bytes;
  for (let at = start; at < length; ) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = skipString(bytes, words, at);
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (closers.length >= MAX_DEPTH) throw new JsonTextError('brackets are nested too deeply', at);
      closers.push(byte === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET);
    }
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (closers.pop() !== byte) throw new JsonTextError('a bracket that closes nothing', at);
      if (closers.length === 0) return at + 1;
    }
    at += 1;
  }
  throw new JsonTextError('the text ends inside a value, begun', start);
}

const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

function skipScalar(bytes: Buffer, start: number): number {
  let at = start;
  for (let byte = bytes[at]; byte !== undefined && !isDelimiter(byte); byte = bytes[at]) at += 1;
  if (!SCALAR.test(bytes.toString('latin1', start, at))) throw new JsonTextError('expected a value', start);
  return at;
}

function isDelimiter(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || byte <= 0x20;
}
