import { keepPrivate } from './private-file.ts';
import { namesVariable } from './variables.ts';

/** Keys that stand in the file itself: they work, and the file is kept from other users' eyes.
 *  @param written  the file's values before variables are put in. */
export function literalKeyWarnings(written: unknown, file: string, envFile: string): readonly string[] {
  const providers = member(written, 'providers');
  const search = member(written, 'web_search');
  const entries = [
    ...(typeof providers === 'object' && providers !== null ? Object.entries(providers) : []),
    ...(search === undefined ? [] : [['web_search', search] as const]),
  ];
  const literal = entries.filter(([, entry]) => holdsLiteralKey(entry));
  if (literal.length === 0) return [];
  const names = literal.map(([id]) => id).join(', ');
  const mend = keepPrivate(file, 'the keys in it');
  return [
    `${file} holds a key in plain text (${names}). Better: write "\${NAME}" there, and the key into ${envFile}.`,
    ...(mend === undefined ? [] : [mend]),
  ];
}

function holdsLiteralKey(entry: unknown): boolean {
  const keys = member(entry, 'api_keys');
  const headers = member(entry, 'headers');
  const secretHeaders =
    typeof headers === 'object' && headers !== null
      ? Object.entries(headers).filter(([name]) => /^authorization$|key|token|secret/i.test(name))
      : [];
  const candidates: readonly unknown[] = [
    member(entry, 'api_key'),
    ...(Array.isArray(keys) ? keys : []),
    ...secretHeaders.map(([, value]) => value),
  ];
  return candidates.some((text) => typeof text === 'string' && text !== '' && !namesVariable(text));
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
