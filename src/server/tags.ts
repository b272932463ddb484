import type { IncomingMessage } from 'node:http';

const MAX_TAGS = 32;
const MAX_TAG_LENGTH = 200;

/** The tags of a request's ledger row: each `x-plugboard-tag` as it is, each header named in the settings as
 *  `name=value`. Bounded, since clients choose them. */
export function tagsOf(message: IncomingMessage, tagHeaders: readonly string[]): readonly string[] {
  const { headersDistinct } = message;
  const own = headersDistinct['x-plugboard-tag'] ?? [];
  const named = tagHeaders.flatMap((name) =>
    (headersDistinct[name.toLowerCase()] ?? []).map((value) => `${name.toLowerCase()}=${value}`),
  );
  return [...own, ...named]
    .map((tag) => tag.trim().slice(0, MAX_TAG_LENGTH))
    .filter((tag) => tag !== '')
    .slice(0, MAX_TAGS);
}
