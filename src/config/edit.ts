import { readFileSync, realpathSync, statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { isMap, isNode, isScalar, parseDocument, stringify } from 'yaml';
import { writeAtomic } from './atomic-write.ts';
import { ConfigError } from './issues.ts';

/** Sets `default_model` in a configuration file; comments, layout and line ends stay, and a link stays a link.
 *  @param slug  of a model or route that the caller has checked.
 *  @throws ConfigError when the file cannot be read or is no YAML. */
export function setDefaultModel(file: string, slug: string): void {
  const real = resolved(file);
  const text = readFileSync(real, 'utf8');
  const edited = withDefaultModel(text, slug, file);
  if (edited !== text) writeAtomic(real, edited, statSync(real).mode & 0o777);
}

/** The text with another default model: one value is replaced in place, or one line added at the end.
 *  @throws ConfigError when the text is no YAML map. */
export function withDefaultModel(text: string, slug: string, file: string): string {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw broken(file, `is no valid YAML (${error.code})`);
  const before: unknown = document.toJS() ?? {};
  if (typeof before !== 'object' || before === null || Array.isArray(before)) throw broken(file, 'is no map of keys');
  const wanted = { ...before, default_model: slug };
  const spliced = splice(text, document.contents, stringify(slug).trimEnd());
  if (isDeepStrictEqual(plainValue(spliced), wanted)) return spliced;
  // A layout that one line cannot follow, such as a file in braces: written anew, with its comments.
  document.set('default_model', slug);
  return document.toString({ lineWidth: 0 });
}

function splice(text: string, contents: unknown, value: string): string {
  const pair = isMap(contents)
    ? contents.items.find((item) => isScalar(item.key) && item.key.value === 'default_model')
    : undefined;
  const range = isNode(pair?.value) ? pair.value.range : undefined;
  if (range !== undefined && range !== null) {
    // A key without a value has an empty range right behind its colon.
    const gap = range[0] === range[1] && !/\s$/.test(text.slice(0, range[0])) ? ' ' : '';
    return `${text.slice(0, range[0])}${gap}${value}${text.slice(range[1])}`;
  }
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text === '' || text.endsWith('\n') ? text : `${text}${newline}`;
  return `${before}default_model: ${value}${newline}`;
}

export function plainValue(text: string): unknown {
  const document = parseDocument(text);
  return document.errors.length > 0 ? undefined : document.toJS();
}

export function resolved(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    throw new ConfigError(file, [{ path: '', message: `there is no ${file}.`, mend: 'Run: plugboard init' }]);
  }
}

export function broken(file: string, what: string): ConfigError {
  return new ConfigError(file, [{ path: '', message: `${file} ${what}.`, mend: 'Run: plugboard doctor' }]);
}
