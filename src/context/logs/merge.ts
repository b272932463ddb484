import { sumValues } from './columns.ts';
import { LONGEST, type Template } from './miner.ts';

/** Templates that differ in one word only are one, if there are at least so many: the word is a name, such as a user's. */
const LEAST_NAMES = 5;
/** With fewer names than this, those that came once or twice are told as lines of their own. */
const MANY_NAMES = 12;
/** Several words may be names, one after the other. */
const MOST_ROUNDS = 3;

/** Lines that came no more often stay as they are. */
export const RARE = 2;

/** Stands for a changing part. */
const PART = '\u0002';
const PIECES = /[\s,;:=()[\]{}"'|<>/@#&?%*!\\]+|[^\s,;:=()[\]{}"'|<>/@#&?%*!\\]+/gu;

/** A template in pieces: words, and what stands between them. Each `PART` is one piece. */
type Pieces = { readonly template: Template; readonly pieces: readonly string[] };

/** @returns the templates in the order of their first lines. */
export function mergeNames(templates: readonly Template[]): readonly Template[] {
  let current: readonly Pieces[] = templates
    .filter(isPattern)
    .map((template) => ({ template, pieces: piecesOf(template) }));
  const whole = templates.filter((template) => !isPattern(template));
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const merged = mergeRound(current);
    if (merged.length === current.length) break;
    current = merged;
  }
  return [...whole, ...current.map(({ template }) => template)].sort((one, other) => one.first - other.first);
}

/** What is several lines, or very long, is told as it is. */
function isPattern({ fixed: [first = '', ...more] }: Template): boolean {
  return more.length > 0 || (first.length <= LONGEST && !first.includes('\n'));
}

function piecesOf({ fixed }: Template): readonly string[] {
  return fixed.flatMap((text, index) => [...(index === 0 ? [] : [PART]), ...(text.match(PIECES) ?? [])]);
}

function mergeRound(all: readonly Pieces[]): readonly Pieces[] {
  const gone = new Set<Pieces>();
  const merged: Pieces[] = [];
  for (const { at, members } of bucketsOf(all).sort((one, other) => other.members.length - one.members.length)) {
    const free = members.filter(
      (member) => !gone.has(member) && (members.length >= MANY_NAMES || member.template.count > RARE),
    );
    if (free.length < LEAST_NAMES) continue;
    for (const member of free) gone.add(member);
    merged.push(mergeMembers(free, at));
  }
  return [...all.filter((one) => !gone.has(one)), ...merged];
}

type Bucket = { readonly at: number; readonly members: Pieces[] };

/** Templates that are the same but for the piece at one place. Counted by hashes first: most places have no like. */
function bucketsOf(all: readonly Pieces[]): Bucket[] {
  const counts = new Map<number, number>();
  for (const one of all) for (const { key } of placesOf(one)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const buckets = new Map<number, Bucket>();
  for (const one of all) {
    for (const { at, key } of placesOf(one)) {
      if ((counts.get(key) ?? 0) < LEAST_NAMES) continue;
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, { at, members: [one] });
      else if (isSameBut(one, bucket.members[0], at)) bucket.members.push(one);
    }
  }
  return [...buckets.values()].filter(({ members }) => members.length >= LEAST_NAMES);
}

/** Of a longer pattern, no word is looked at as a name. */
const MOST_PIECES = 160;

/** The places of a template's names, each with a hash of all that stands around it. */
function placesOf({ pieces, template }: Pieces): readonly { readonly at: number; readonly key: number }[] {
  if (pieces.length > MOST_PIECES) return [];
  const hashes = pieces.map(hashOf);
  // The sum of all, each by its place: what stands around one is the sum without it.
  let [one, two] = [template.failure ? 1 : 2, pieces.length];
  for (const [at, hash] of hashes.entries()) {
    one = (one + Math.imul(hash, 2 * at + 0x9e3779b1)) | 0;
    two = (two + Math.imul(hash ^ 0x2c1b3c6d, 2 * at + 0x85ebca6b)) | 0;
  }
  return hashes.flatMap((hash, at) => {
    if (!isName(pieces[at] ?? '')) return [];
    const [first, second] = [
      one - Math.imul(hash, 2 * at + 0x9e3779b1) + Math.imul(at, 0x297a2d39),
      two - Math.imul(hash ^ 0x2c1b3c6d, 2 * at + 0x85ebca6b) - Math.imul(at, 0x632be5ab),
    ];
    return [{ at, key: (first >>> 0) * 0x200000 + ((second >>> 0) >>> 11) }];
  });
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}

function isSameBut(one: Pieces, other: Pieces | undefined, at: number): boolean {
  return (
    other !== undefined &&
    one.template.failure === other.template.failure &&
    one.pieces.length === other.pieces.length &&
    one.pieces.every((piece, index) => index === at || piece === other.pieces[index])
  );
}

/** A word of letters, or one that changed already. Words in capitals are states, of which there are few. */
function isName(piece: string): boolean {
  return piece === PART || (!/^[A-Z_]{3,}$/u.test(piece) && /^[\p{L}\p{N}_.$-]{2,}$/u.test(piece));
}

function mergeMembers(members: readonly Pieces[], at: number): Pieces {
  const [first] = members;
  if (first === undefined) throw new RangeError('nothing to merge');
  const pieces = first.pieces.with(at, PART);
  const before = first.pieces.slice(0, at).filter((piece) => piece === PART).length;
  const counts = members.map(({ template, pieces: own }) =>
    own[at] === PART
      ? template.values
      : template.values.toSpliced(before, 0, { counts: new Map([[own[at] ?? '', template.count]]), beyond: 0 }),
  );
  const templates = members.map(({ template }) => template);
  const [earliest] = [...templates].sort((one, other) => one.first - other.first);
  const latest = templates.reduce((one, other) => (other.last > one.last ? other : one));
  const messages = templates.map((template) => template.messages);
  const template: Template = {
    fixed: fixedOf(pieces),
    values: Array.from({ length: pieces.filter((piece) => piece === PART).length }, (_, part) =>
      sumValues(counts.flatMap((values) => values[part] ?? [])),
    ),
    failure: first.template.failure,
    lines: templates.flatMap(({ lines }) => lines).slice(0, 3),
    count: templates.reduce((total, { count }) => total + count, 0),
    first: earliest?.first ?? 1,
    last: latest.last,
    from: earliest?.from,
    to: latest.to,
    messages: messages.every((one) => one !== undefined) ? new Map(messages.flatMap((one) => [...one])) : undefined,
  };
  return { template, pieces };
}

function fixedOf(pieces: readonly string[]): readonly string[] {
  const fixed: string[] = [];
  let text = '';
  for (const piece of pieces) {
    if (piece === PART) {
      fixed.push(text);
      text = '';
    } else text += piece;
  }
  return [...fixed, text];
}
