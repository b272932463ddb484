import { createHash } from 'node:crypto';
import { compressText, type TextKind } from '../../context/logs/compress.ts';
import type { Loss } from '../../ir/loss.ts';
import type { Message } from '../../ir/request.ts';
import { boundedMap } from '../bounded-map.ts';
import { answeredBefore, type Shorter, shortened } from './shorten.ts';

/** Makes the outputs of tools in a conversation shorter, in every request of a session in the same way.
 *  @param known  the session spoke to a provider before, through this gateway. */
export type SessionShortener = (
  sessionId: string | undefined,
  known: boolean,
) => (messages: readonly Message[]) => { readonly messages: readonly Message[]; readonly losses: readonly Loss[] };

/** Shorter outputs cost little as they are, in characters; longer ones than the second would hold up other requests: 80,000
 *  of a log in which every line is another take 40 ms on two busy cores, a million takes a second (docs/compression.md). */
const LEAST = 2_000;
const MOST = 80_000;

/** JSON may be a file that is to be patched: the model has to know it as it is. */
const LEFT: ReadonlySet<TextKind> = new Set(['json']);

const MAX_SESSIONS = 10_000;
const MAX_TEXTS = 1_000;
/** Together with the number above: what is remembered stays below 64 million characters. */
const MOST_REMEMBERED = 64_000;

const NONE: ReadonlySet<string> = new Set();

export function createSessionShortener(): SessionShortener {
  /** Of a session that was under way when the option was switched on: calls whose outputs stay as they went out. */
  const keptBySession = boundedMap<string, ReadonlySet<string>>(MAX_SESSIONS);
  /** By digest: a conversation brings each output again in every turn. */
  const texts = boundedMap<string, Shorter | 'as it is'>(MAX_TEXTS);

  function shorten(text: string): Shorter | undefined {
    if (text.length < LEAST || text.length > MOST) return undefined;
    const key = createHash('sha256').update(text).digest('base64url');
    const known = texts.get(key);
    if (known !== undefined) return known === 'as it is' ? undefined : known;
    const { text: after, savedCharacters, savedTokens, tokensBefore } = compressText(text, LEFT);
    const shorter = savedCharacters === 0 ? undefined : { text: after, saved: savedTokens, before: tokensBefore };
    if (after.length <= MOST_REMEMBERED || shorter === undefined) texts.set(key, shorter ?? 'as it is');
    return shorter;
  }

  function keptOf(sessionId: string | undefined, known: boolean, messages: readonly Message[]): ReadonlySet<string> {
    if (sessionId === undefined) return NONE;
    const kept = keptBySession.get(sessionId) ?? (known ? answeredBefore(messages) : NONE);
    keptBySession.set(sessionId, kept);
    return kept;
  }

  return (sessionId, known) => (messages) => shortened(messages, keptOf(sessionId, known, messages), shorten);
}
