import type { Dialect } from '../../ir/dialect.ts';
import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import type { OutputFormat } from '../../ir/request.ts';

/** @property format       for `output_config.format`.
 *  @property instruction  for the model, where the API cannot hold it to the schema. */
export type EncodedFormat = { readonly format?: JsonObject; readonly instruction?: string };

/** The reply's form. A schema that the API compiles is enforced; another one is told to the model, with a Loss. */
export function encodeFormat(format: OutputFormat, accepts: Dialect['outputFormat'], losses: Loss[]): EncodedFormat {
  switch (format.type) {
    case 'text':
      return {};
    case 'json-object':
      return { instruction: 'Reply with one JSON object and nothing else: no words around it, no Markdown fence.' };
    case 'json-schema': {
      const obstacle = accepts === 'json-schema' ? unsupported(format.schema) : 'a schema';
      if (obstacle === undefined) return { format: { type: 'json_schema', schema: format.schema } };
      losses.push({
        path: 'text.format',
        why: `The provider cannot enforce ${obstacle}; the model is told the schema instead.`,
      });
      const about = format.description === undefined ? '' : ` ${format.description}`;
      return {
        instruction: `Reply with one JSON value that matches this JSON schema, and nothing else: no words around it, no Markdown fence.${about}\n\n${JSON.stringify(format.schema)}`,
      };
    }
  }
}

/** Keywords whose value is one schema, a list of schemas, or schemas under names that the author chose. */
const SCHEMA: ReadonlySet<string> = new Set(['items']);
const SCHEMAS: ReadonlySet<string> = new Set(['anyOf', 'allOf']);
const NAMED: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions']);
const PLAIN: ReadonlySet<string> = new Set([
  'type',
  'title',
  'description',
  'enum',
  'const',
  'default',
  'required',
  'format',
  'pattern',
  '$schema',
  '$id',
  '$ref',
]);

/** What stands in the way of enforcing a schema, in words; undefined where nothing does. Objects must be closed, and
 *  only part of JSON Schema's keywords is compiled.
 *  @see https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
function unsupported(schema: Json | undefined): string | undefined {
  if (!isJsonObject(schema)) return 'a schema that is no object';
  const types = Array.isArray(schema['type']) ? schema['type'] : [schema['type']];
  if (types.includes('object') && schema['additionalProperties'] !== false) return 'an open object';
  for (const [keyword, value] of Object.entries(schema)) {
    if (PLAIN.has(keyword) || keyword === 'additionalProperties') continue;
    const inner = SCHEMA.has(keyword)
      ? [value]
      : SCHEMAS.has(keyword) && Array.isArray(value)
        ? value
        : NAMED.has(keyword) && isJsonObject(value)
          ? Object.values(value)
          : undefined;
    if (inner === undefined && !(keyword === 'minItems' && (value === 0 || value === 1))) return `"${keyword}"`;
    for (const entry of inner ?? []) {
      const obstacle = unsupported(entry);
      if (obstacle !== undefined) return obstacle;
    }
  }
  return undefined;
}
