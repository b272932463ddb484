/** Pieces of one body until its end.
 *  @property add   keeps the piece itself: who may write into its memory again gives a copy.
 *  @property size  of all pieces, in bytes.
 *  @property take  the body whole, once; one that came in one piece is not copied. */
export type GatheredBytes = {
  readonly add: (bytes: Uint8Array) => void;
  readonly size: () => number;
  readonly take: () => Uint8Array;
};

/** So many pieces in a row are made one where they are small. */
const MANY = 256;
/** A piece is small up to this length, in bytes: as an object of its own it costs a few hundred. */
const SMALL = 4_096;

/** Gathers bytes that come in pieces of any size: a body that trickles in by single bytes takes little more memory than
 *  the same body at once. */
export function gatherBytes(): GatheredBytes {
  let pieces: Uint8Array[] = [];
  let size = 0;
  /** How many pieces, and how many bytes of them, are no longer looked at. */
  let settled = 0;
  let settledSize = 0;
  return {
    add: (bytes) => {
      pieces.push(bytes);
      size += bytes.length;
      if (pieces.length - settled < MANY) return;
      if (size - settledSize <= MANY * SMALL) pieces.push(Buffer.concat(pieces.splice(settled)));
      settled = pieces.length;
      settledSize = size;
    },
    size: () => size,
    take: () => {
      const [first, ...rest] = pieces;
      pieces = [];
      return first === undefined
        ? new Uint8Array(0)
        : rest.length === 0
          ? first
          : Buffer.concat([first, ...rest], size);
    },
  };
}
