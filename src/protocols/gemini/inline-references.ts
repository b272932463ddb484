import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { FittedSchema } from '../tool-schema.ts';

/** How deep definitions may be put into each other: beyond it a schema is as good as endless. */
const MAX_DEPTH = 24;
/** How many schemas definitions may become in all: those that hold each other twice double with every step. */
const MAX_SCHEMAS = 10_000;

/** A schema whose definitions stand where they were referred to, without words that speak to tools rather than to models
 *  (`$schema`, `$id`, `$comment`, `x-...`). A definition that holds itself ends in an object of any form.
 *  @param schema  references point into it: `#/$defs/NAME`, `#/definitions/NAME`, `#`. */
export function inlineReferences(schema: JsonObject): FittedSchema {
  const changes = new Set<string>();
  let written = 0;
  const walk = (node: JsonObject, open: readonly string[]): JsonObject => {
    if (open.length > 0) written += 1;
    const reference = node['$ref'];
    if (typeof reference === 'string') {
      const { $ref: _, ...beside } = node;
      return walk({ ...resolve(reference, open), ...beside }, [...open, reference]);
    }
    const kept: { [keyword: string]: Json | undefined } = {};
    for (const [keyword, value] of Object.entries(node)) {
      if (UNSAID.has(keyword)) continue;
      if (keyword.startsWith('x-')) changes.add(`The provider refuses the schema keyword "${keyword}".`);
      else if (MAPS.has(keyword) && isJsonObject(value)) {
        kept[keyword] = Object.fromEntries(
          Object.entries(value).map(([name, inner]) => [name, isJsonObject(inner) ? walk(inner, open) : inner]),
        );
      } else if (DATA.has(keyword)) kept[keyword] = value;
      else if (isJsonObject(value)) kept[keyword] = walk(value, open);
      else if (Array.isArray(value))
        kept[keyword] = value.map((each) => (isJsonObject(each) ? walk(each, open) : each));
      else kept[keyword] = value;
    }
    return kept;
  };
  const resolve = (reference: string, open: readonly string[]): JsonObject => {
    if (open.includes(reference) || open.length >= MAX_DEPTH) {
      changes.add(`The definition ${reference} holds itself; below that any object is taken.`);
      return { type: 'object' };
    }
    if (written >= MAX_SCHEMAS) {
      changes.add(
        'Its definitions are too many once each stands where it is referred to; any object is taken for the rest.',
      );
      return { type: 'object' };
    }
    const target = pointedAt(schema, reference);
    if (target === undefined) changes.add(`The definition ${reference} is missing; any object is taken.`);
    return target ?? { type: 'object' };
  };
  return { schema: walk(schema, []), changes: [...changes] };
}

/** Keywords that say nothing of a value. */
const UNSAID: ReadonlySet<string> = new Set(['$schema', '$id', '$comment', '$anchor', '$defs', 'definitions']);
/** Keywords whose value maps names to schemas. */
const MAPS: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'dependentSchemas']);
/** Keywords whose value is data, whatever it looks like. */
const DATA: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'example', 'examples', 'required']);

function pointedAt(schema: JsonObject, reference: string): JsonObject | undefined {
  if (!reference.startsWith('#')) return undefined;
  const steps = reference
    .slice(1)
    .split('/')
    .filter((step) => step !== '')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let node: Json | undefined = schema;
  for (const step of steps) node = isJsonObject(node) && Object.hasOwn(node, step) ? node[step] : undefined;
  return isJsonObject(node) ? node : undefined;
}
