import {
  ADDED,
  ASCII,
  EMOJI,
  FOREIGN,
  HAN,
  MARK,
  NEWLINE,
  SKIP,
  SPACE,
  START,
  STATE,
  STEPS,
  SYMBOL,
} from './estimate-table.ts';

/** Tokens of a text, estimated at once and without a vocabulary: for decisions on the hot path. What is told to a client
 *  is counted by `createTokenCounter`. Of a long text, every fourth piece is looked at.
 *  @returns a whole number; docs/compression.md says how far off. */
export function estimateTokens(text: string): number {
  const stretch = text.length > LONG ? STRIDE * WINDOW : WINDOW;
  let thousandths = 0;
  for (let at = 0; at < text.length; at += stretch) {
    const end = Math.min(at + WINDOW, text.length);
    thousandths += (thousandthsOfText(text, at, end) * (Math.min(at + stretch, text.length) - at)) / (end - at);
  }
  return Math.ceil(thousandths / 1_000);
}

function thousandthsOfText(text: string, from: number, to: number): number {
  let step = START;
  let thousandths = 0;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? (ASCII[code] ?? MARK) : wideClass(code);
    if (kind === SKIP) continue;
    step = STEPS[(step & STATE) | kind] ?? START;
    thousandths += step >> ADDED;
  }
  return thousandths;
}

/** Bytes, or characters, that are looked at together. */
const WINDOW = 2_048;
/** Of a body, or a text, longer than this every fourth window is looked at. */
const WHOLE = 32 * 1024;
const LONG = 128 * 1024;
const STRIDE = 4;

/** What a run of base64 counts at most that fills a window, an image or an encrypted thought: the tokens of an image. */
const BLOB_TOKENS = 1_100;
const BLOB_CHARACTERS_PER_TOKEN = 8;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Tokens of a request, from its JSON as it came: nothing is parsed. Images in it count by a fixed number.
 *  @param bytes  UTF-8. */
export function estimateBodyTokens(bytes: Uint8Array): number {
  const stretch = bytes.length > WHOLE ? STRIDE * WINDOW : WINDOW;
  let thousandths = 0;
  /** Of the stretch before, in thousandths of tokens for a byte. */
  let rate = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(at + WINDOW, bytes.length);
    if (end - at === WINDOW && isBase64(bytes, at, end)) {
      const quote = bytes.indexOf(QUOTE, at);
      const after = quote === -1 ? bytes.length : quote;
      const began = runStart(bytes, at, Math.max(0, at - stretch));
      // The beginning of the run was counted as text.
      thousandths -= (at - began) * rate;
      thousandths += 1_000 * Math.min(BLOB_TOKENS, Math.ceil((after - began) / BLOB_CHARACTERS_PER_TOKEN));
      rate = 0;
      at = after;
      continue;
    }
    const next = Math.min(at + stretch, bytes.length);
    rate = thousandthsOf(bytes, at, end) / (end - at);
    thousandths += rate * (next - at);
    at = next;
  }
  return Math.ceil(thousandths / 1_000);
}

/** What the bytes between two places count as text. */
function thousandthsOf(bytes: Uint8Array, from: number, to: number): number {
  let step = START;
  let thousandths = 0;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    let kind = BYTES[byte] ?? MARK;
    if (kind === SKIP) continue;
    if (byte === BACKSLASH) {
      at += 1;
      kind = ESCAPES[bytes[at] ?? QUOTE] ?? MARK;
      if (bytes[at] === LETTER_U) at += 4;
    }
    step = STEPS[(step & STATE) | kind] ?? START;
    thousandths += step >> ADDED;
  }
  return thousandths;
}

const SAMPLES = 64;

function isBase64(bytes: Uint8Array, from: number, to: number): boolean {
  const step = Math.max(1, Math.floor((to - from) / SAMPLES));
  for (let at = from; at < to; at += step) if (BASE64[bytes[at] ?? 0] === 0) return false;
  return true;
}

function runStart(bytes: Uint8Array, from: number, least: number): number {
  let at = from;
  while (at > least && BASE64[bytes[at - 1] ?? 0] === 1) at -= 1;
  return at;
}

const LETTER_U = 0x75;

/** The class of each byte of UTF-8: of a character, its first counts. */
const BYTES = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x80) return ASCII[byte] ?? MARK;
  if (byte < 0xc0) return SKIP;
  if (byte < 0xe0) return FOREIGN;
  if (byte < 0xf0) return byte >= 0xe3 && byte <= 0xed ? HAN : SYMBOL;
  return EMOJI;
});

/** The class of what a backslash and this byte mean in JSON. */
const ESCAPES = Uint8Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte);
  if (letter === 'n' || letter === 'r') return NEWLINE;
  return letter === 't' ? SPACE : letter === 'u' ? FOREIGN : MARK;
});

const BASE64 = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[A-Za-z0-9+/=_-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

function wideClass(code: number): number {
  if (code < 0x800) return FOREIGN;
  if (code >= 0xd800 && code < 0xe000) return code < 0xdc00 ? EMOJI : SKIP;
  const han =
    (code >= 0x2e80 && code < 0xa000) || (code >= 0xac00 && code < 0xd7b0) || (code >= 0xff00 && code < 0xfff0);
  return han ? HAN : SYMBOL;
}
