import { compressText } from '../../src/context/logs/compress.ts';
import { readSystem } from './loghub.ts';

const BYTES = 4_000_000;

/** A long log: the sample again and again, each time with other numbers in the place of long ones, as new requests,
 *  addresses and sessions would bring them.
 *  @param bytes  its length, about. */
export function longLog(text: string, bytes: number): string {
  const pieces: string[] = [];
  let length = 0;
  for (let round = 0; length < bytes; round += 1) {
    const piece = round === 0 ? text : text.replaceAll(/\d{5,}/gu, (digits) => shifted(digits, round));
    pieces.push(piece.endsWith('\n') ? piece : `${piece}\n`);
    length += piece.length;
  }
  return pieces.join('');
}

/** The last four digits are others; how long a number is stays. */
function shifted(digits: string, by: number): string {
  const last = (Number(digits.slice(-4)) + 37 * by) % 10_000;
  return digits.slice(0, -4) + String(last).padStart(4, '0');
}

/** @returns megabytes a second of processor time, garbage collection included: on a machine that does other things as
 *  well, the clock would measure those. Over all systems, one after the other; the best of three rounds for each. */
export function megabytesPerSecond(folder: string, systems: readonly string[], say: (line: string) => void): number {
  let bytes = 0;
  let ms = 0;
  for (const system of systems) {
    const log = longLog(readSystem(folder, system).text, BYTES);
    const times = [1, 2, 3].map(() => {
      const began = process.cpuUsage();
      compressText(log);
      const { user, system: kernel } = process.cpuUsage(began);
      return (user + kernel) / 1_000;
    });
    const best = Math.min(...times);
    const length = Buffer.byteLength(log);
    say(`${system}: ${(length / 1_000 / best).toFixed(1)} MB/s`);
    bytes += length;
    ms += best;
  }
  return bytes / 1_000 / ms;
}
