import type { z } from 'zod';
import type { JsonObject } from '../ir/json.ts';
import { meant } from '../routing/nearest.ts';
import type { SourceDocument } from './document.ts';
import { type ConfigIssue, dotted, suggestion } from './issues.ts';
import { knownKeys } from './known-keys.ts';

type SchemaIssue = z.core.$ZodIssue;
type Steps = readonly (string | number)[];

/** What the schema found, in the words of this program and with the place in the file. No value is quoted but for
 *  those of a closed choice, since any other may be a key. @param schema  made when the nearest name is asked for. */
export function schemaIssues(
  found: readonly SchemaIssue[],
  source: SourceDocument,
  schema: () => JsonObject,
): readonly ConfigIssue[] {
  return found.flatMap((issue) => describe(issue, issue.path.map(step), source, schema));
}

function describe(
  issue: SchemaIssue,
  path: Steps,
  source: SourceDocument,
  schema: () => JsonObject,
): readonly ConfigIssue[] {
  const place = (part: 'key' | 'value', at: Steps = path): Omit<ConfigIssue, 'message' | 'mend'> => ({
    ...source.at(at, part),
    path: dotted(at),
  });
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const choice = knownKeys(schema(), source.value, path);
        return {
          ...place('key', [...path, key]),
          path: dotted(path),
          message: `unknown key "${key}".`,
          mend: suggestion(meant(key, choice), choice),
        };
      });
    case 'invalid_type': {
      const received = valueAt(source.value, path);
      return [
        received === undefined
          ? { ...place('key'), message: 'is missing.', mend: `It must be ${article(issue.expected)}.` }
          : { ...place('value'), message: `is ${kindOf(received)}.`, mend: `It must be ${article(issue.expected)}.` },
      ];
    }
    case 'invalid_value': {
      const choice = issue.values.map(String);
      const received = valueAt(source.value, path);
      const shown = typeof received === 'string' ? `"${received}"` : kindOf(received);
      return [
        {
          ...place('value'),
          message: `${shown} is not one of the values that may stand here.`,
          mend: suggestion(typeof received === 'string' ? meant(received, choice) : undefined, choice),
        },
      ];
    }
    case 'too_big':
      return [{ ...place('value'), message: 'is too big.', mend: `At most ${issue.maximum}.` }];
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') {
        return [{ ...place('value'), message: `${issue.message}.`, mend: 'Write at least one.' }];
      }
      return [
        {
          ...place('value'),
          message: 'is too small.',
          mend: `${issue.inclusive === false ? 'More than' : 'At least'} ${issue.minimum}.`,
        },
      ];
    case 'invalid_key':
      return [{ ...place('key'), message: `${issue.issues[0]?.message ?? 'is no valid name'}.`, mend: '' }];
    case 'invalid_union': {
      const options = ('options' in issue ? issue.options : undefined)?.map(String) ?? [];
      if (options.length > 0) {
        const received = valueAt(source.value, path);
        const word = typeof received === 'string' ? meant(received, options) : undefined;
        return [{ ...place('value'), message: 'is not a kind that is known here.', mend: suggestion(word, options) }];
      }
      const nearestMiss = [...issue.errors].sort((a, b) => a.length - b.length)[0] ?? [];
      if (nearestMiss.length === 0)
        return [{ ...place('value'), message: 'has not the form that is wanted here.', mend: '' }];
      return nearestMiss.flatMap((inner) => describe(inner, [...path, ...inner.path.map(step)], source, schema));
    }
    default:
      return [{ ...place('value'), message: `${issue.message}.`, mend: '' }];
  }
}

function step(part: PropertyKey): string | number {
  return typeof part === 'number' ? part : String(part);
}

function valueAt(value: unknown, path: Steps): unknown {
  let node = value;
  for (const part of path) {
    if (typeof node !== 'object' || node === null) return undefined;
    node = Reflect.get(node, part);
  }
  return node;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'a text';
    case 'number':
      return Number.isFinite(value) ? 'a number' : 'no finite number';
    case 'boolean':
      return 'true or false';
    default:
      return 'a map of keys';
  }
}

function article(expected: string): string {
  switch (expected) {
    case 'string':
      return 'a text (put it in quotes)';
    case 'int':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    default:
      return 'a map of keys';
  }
}
