/** Texts as unmasked text frames of RFC 6455, section 5.2, in one piece: a stream writes a piece at a time, and a
 *  library's own frames are two pieces for each text. */
export function textFrames(texts: readonly string[]): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const frames = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + headerLength(length) + length, 0));
  let at = 0;
  for (const [index, text] of texts.entries()) {
    const length = lengths[index] ?? 0;
    frames[at] = FINAL_TEXT;
    if (length < 126) frames[at + 1] = length;
    else if (length < 0x1_00_00) {
      frames[at + 1] = 126;
      frames.writeUInt16BE(length, at + 2);
    } else {
      frames[at + 1] = 127;
      frames.writeUInt32BE(Math.floor(length / 0x1_0000_0000), at + 2);
      frames.writeUInt32BE(length % 0x1_0000_0000, at + 6);
    }
    at += headerLength(length);
    frames.write(text, at, 'utf8');
    at += length;
  }
  return frames;
}

/** The whole of a message, and text. */
const FINAL_TEXT = 0x81;

function headerLength(length: number): number {
  return length < 126 ? 2 : length < 0x1_00_00 ? 4 : 10;
}
