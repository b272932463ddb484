import { readFileSync, statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { isMap, isNode, isScalar, isSeq, type ParsedNode, parseDocument } from 'yaml';
import { writeAtomic } from './atomic-write.ts';
import { broken, plainValue, resolved } from './edit.ts';
import {
  modelEntry,
  modelEntryText,
  type NewModel,
  type NewProvider,
  type NewRoute,
  providerEntry,
  providerEntryText,
  routeEntry,
  routeEntryText,
} from './new-config.ts';

/** What joins a configuration that is there already. */
export type NewEntries = {
  readonly providers?: readonly NewProvider[];
  readonly models: readonly NewModel[];
  readonly routes: readonly NewRoute[];
};

/** Adds models and routes to a configuration file; what stands in it stays, comments and layout too, and a link stays a
 *  link. @throws ConfigError when the file cannot be read or is no YAML. */
export function addEntries(file: string, entries: NewEntries): void {
  const real = resolved(file);
  const text = readFileSync(real, 'utf8');
  const edited = withEntries(text, entries, file);
  if (edited !== text) writeAtomic(real, edited, statSync(real).mode & 0o777);
}

/** The text with further lines behind the last entry of each section, or with these sections at its end.
 *  @throws ConfigError when the text is no YAML map. */
export function withEntries(text: string, { providers = [], models, routes }: NewEntries, file: string): string {
  if (providers.length === 0 && models.length === 0 && routes.length === 0) return text;
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw broken(file, `is no valid YAML (${error.code})`);
  const before: unknown = document.toJS() ?? {};
  if (typeof before !== 'object' || before === null || Array.isArray(before)) throw broken(file, 'is no map of keys');
  const wanted = {
    ...before,
    ...(providers.length === 0
      ? {}
      : {
          providers: {
            ...mapOf(before, 'providers'),
            ...Object.fromEntries(providers.map((provider) => [provider.id, providerEntry(provider)])),
          },
        }),
    ...(models.length === 0 ? {} : { models: [...listOf(before, 'models'), ...models.map(modelEntry)] }),
    ...(routes.length === 0
      ? {}
      : {
          routes: {
            ...mapOf(before, 'routes'),
            ...Object.fromEntries(routes.map((route) => [route.slug, routeEntry(route)])),
          },
        }),
  };
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['providers', providers.map(providerEntryText)],
    ['models', models.map((model) => `- ${modelEntryText(model)}`)],
    ['routes', routes.map(routeEntryText)],
  ];
  const spliced = sections.reduce<string | undefined>(
    (whole, [section, lines]) => (whole === undefined ? undefined : inserted(whole, section, lines)),
    text,
  );
  if (spliced !== undefined && isDeepStrictEqual(plainValue(spliced), wanted)) return spliced;
  // A layout that lines cannot follow, such as a section in braces: written anew, with its comments.
  for (const provider of providers) {
    document.setIn(['providers', provider.id], document.createNode(providerEntry(provider), { flow: true }));
  }
  for (const model of models) document.addIn(['models'], document.createNode(modelEntry(model), { flow: true }));
  for (const route of routes)
    document.setIn(['routes', route.slug], document.createNode(routeEntry(route), { flow: true }));
  return document.toString({ lineWidth: 0 });
}

/** Lines at the end of a section, indented as its own are. @returns undefined where the section is not one of lines. */
function inserted(text: string, section: string, lines: readonly string[]): string | undefined {
  if (lines.length === 0) return text;
  const { contents } = parseDocument(text);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const pair = isMap<ParsedNode>(contents)
    ? contents.items.find((item) => isScalar(item.key) && item.key.value === section)
    : undefined;
  if (pair === undefined) {
    const whole = text === '' || text.endsWith('\n') ? text : `${text}${newline}`;
    const block = [`${section}:`, ...lines.map((line) => `  ${line}`)].join(newline);
    return `${whole}${whole === '' ? '' : newline}${block}${newline}`;
  }
  const { value } = pair;
  if (!(isMap(value) || isSeq(value)) || value.flow === true || value.items.length === 0) return undefined;
  const first = isMap(value) ? value.items[0]?.key : value.items[0];
  const start = isNode(first) ? first.range?.[0] : undefined;
  const last = value.items.at(-1);
  const end = isNode(last) ? last.range?.[1] : isNode(last?.value) ? last.value.range?.[1] : undefined;
  if (start === undefined || end === undefined) return undefined;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const indent = /^[ ]*/.exec(text.slice(lineStart))?.[0] ?? '';
  const endOfLine = text.indexOf('\n', Math.max(end - 1, 0));
  const at = endOfLine === -1 ? text.length : endOfLine + 1;
  const gap = endOfLine === -1 ? newline : '';
  return `${text.slice(0, at)}${gap}${lines.map((line) => `${indent}${line}${newline}`).join('')}${text.slice(at)}`;
}

function listOf(value: object, key: string): readonly unknown[] {
  const list: unknown = Reflect.get(value, key);
  return Array.isArray(list) ? list : [];
}

function mapOf(value: object, key: string): object {
  const map: unknown = Reflect.get(value, key);
  return typeof map === 'object' && map !== null ? map : {};
}
