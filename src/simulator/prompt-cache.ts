import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../ir/json.ts';

/** The part of a request that a provider caches, in pieces and in the order in which it reads them.
 *  @property marks  indices of the pieces after which the caller marked an end; absent where prefixes are cached unasked. */
export type Prompt = { readonly pieces: readonly string[]; readonly marks?: readonly number[] };

/** @property minTokens    shorter prefixes are not cached. @property blockTokens  automatic hits count in whole blocks.
 *  @property ttlSeconds   how long an entry lives without being read. */
export type CacheRules = {
  readonly minTokens: number;
  readonly blockTokens: number;
  readonly ttlSeconds: number;
};

/** As api.openai.com and api.anthropic.com document it for most models.
 *  Source: https://platform.openai.com/docs/guides/prompt-caching, https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
export const USUAL_CACHE: CacheRules = { minTokens: 1_024, blockTokens: 128, ttlSeconds: 300 };

/** Tokens of one request. `input` counts them all; `cached` were read, `written` are new in the cache. */
export type CacheCount = { readonly input: number; readonly cached: number; readonly written: number };

/** A provider's prompt cache: what was sent under one key for one model is found again, and nothing else is.
 *  @param now  seconds since the epoch. */
export type PromptCache = (account: string, model: string, prompt: Prompt, now: number) => CacheCount;

/** How many pieces an explicit cache looks back from a mark for one that an earlier request left. */
const LOOKBACK = 20;
/** Remembered under one key for one model, the latest. */
const MAX_ENTRIES = 200;

export function createPromptCache(rules: CacheRules): PromptCache {
  const accounts = new Map<string, { readonly texts: Map<string, number>; readonly marked: Map<string, number> }>();
  return (account, model, prompt, now) => {
    const name = JSON.stringify([account, model]);
    const entries = accounts.get(name) ?? { texts: new Map(), marked: new Map() };
    accounts.set(name, entries);
    for (const map of [entries.texts, entries.marked]) forgetOld(map, now - rules.ttlSeconds);
    return prompt.marks === undefined
      ? automatic(entries.texts, prompt.pieces.join(''), now, rules)
      : explicit(entries.marked, prompt.pieces, prompt.marks, now, rules);
  };
}

/** The longest beginning that any earlier request had, in whole blocks. */
function automatic(entries: Map<string, number>, text: string, now: number, rules: CacheRules): CacheCount {
  let best = '';
  let longest = 0;
  for (const earlier of entries.keys()) {
    const length = commonLength(earlier, text);
    if (length > longest) [best, longest] = [earlier, length];
  }
  const found = Math.floor(tokensOf(longest) / rules.blockTokens) * rules.blockTokens;
  const cached = found < rules.minTokens ? 0 : found;
  if (cached > 0) entries.set(best, now);
  entries.set(text, now);
  return { input: tokensOf(text.length), cached, written: 0 };
}

/** The longest beginning that an earlier request had marked, found at a mark or within the look-back before it. */
function explicit(
  entries: Map<string, number>,
  pieces: readonly string[],
  marks: readonly number[],
  now: number,
  rules: CacheRules,
): CacheCount {
  const prefixes = prefixesOf(pieces);
  const tokensAt = (at: number): number => tokensOf(prefixes[at]?.length ?? 0);
  let hit = -1;
  for (const mark of marks) {
    for (let at = mark; at >= Math.max(0, mark - LOOKBACK); at -= 1) {
      const digest = prefixes[at]?.digest ?? '';
      if (!entries.has(digest)) continue;
      hit = Math.max(hit, at);
      entries.set(digest, now);
      break;
    }
  }
  for (const mark of marks) {
    if (tokensAt(mark) >= rules.minTokens) entries.set(prefixes[mark]?.digest ?? '', now);
  }
  const cached = hit === -1 ? 0 : tokensAt(hit);
  const end = marks.length === 0 ? 0 : tokensAt(Math.max(...marks));
  return {
    input: tokensAt(pieces.length - 1),
    cached,
    written: end < rules.minTokens ? 0 : Math.max(0, end - cached),
  };
}

function prefixesOf(pieces: readonly string[]): readonly { readonly digest: string; readonly length: number }[] {
  const hash = createHash('sha256');
  let length = 0;
  return pieces.map((piece) => {
    hash.update(piece);
    length += piece.length;
    return { digest: hash.copy().digest('base64'), length };
  });
}

function commonLength(one: string, other: string): number {
  const end = Math.min(one.length, other.length);
  let at = 0;
  while (at < end && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at;
}

function forgetOld(entries: Map<string, number>, since: number): void {
  for (const [entry, usedAt] of entries) if (usedAt < since || entries.size > MAX_ENTRIES) entries.delete(entry);
}

function tokensOf(characters: number): number {
  return Math.floor(characters / 4);
}

/** Top-level members as pieces, one for each element of a list. */
export function piecesOf(body: JsonObject, members: readonly string[]): readonly string[] {
  return members.flatMap((name) => {
    const value: Json | undefined = body[name];
    if (value === undefined) return [];
    return Array.isArray(value) ? value.map((one) => JSON.stringify(one)) : [JSON.stringify(value)];
  });
}
