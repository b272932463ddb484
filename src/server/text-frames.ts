/** Texts as unmasked text frames of RFC 6455, section 5.2, in one piece: a stream writes a piece at a time, and a
 *  library's own frames are two pieces for each text.
 *  @returns one character for each byte: a text costs the socket less than a buffer. */
export function textFrames(texts: readonly string[]): string {
  let frames = '';
  for (const text of texts) {
    const length = Buffer.byteLength(text);
    // As long in bytes as in characters: ASCII alone, which is its own encoding.
    frames += header(length) + (length === text.length ? text : Buffer.from(text).toString('latin1'));
  }
  return frames;
}

/** The whole of a message, and text. */
const FINAL_TEXT = '\x81';

function header(length: number): string {
  if (length < 126) return FINAL_TEXT + String.fromCharCode(length);
  if (length < 0x1_00_00) return FINAL_TEXT + String.fromCharCode(126, length >>> 8, length & 0xff);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return `${FINAL_TEXT}\x7f${bytes.toString('latin1')}`;
}
