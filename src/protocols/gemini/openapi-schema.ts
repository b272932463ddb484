import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { FittedSchema } from '../tool-schema.ts';

/** A JSON Schema without references as the subset of OpenAPI 3.0 that the API knows by its proto: any other member of a
 *  schema is a 400 for the whole request. Properties that merely bear the name of a keyword stay.
 *  @see https://ai.google.dev/api/caching#Schema */
export function openApiSchema(schema: JsonObject): FittedSchema {
  const changes = new Set<string>();
  return { schema: reduce(schema, changes), changes: [...changes] };
}

type Members = { [keyword: string]: Json | undefined };
type Changes = Set<string>;

/** Kept as they are, wherever they stand. */
const KEPT: readonly string[] = [
  ...['title', 'description', 'default', 'nullable', 'pattern', 'minimum', 'maximum', 'minItems', 'maxItems'],
  ...['minLength', 'maxLength', 'minProperties', 'maxProperties', 'propertyOrdering'],
];
/** Read below, each in its own way. */
const READ: readonly string[] = [
  ...['type', 'enum', 'const', 'format', 'items', 'prefixItems', 'properties', 'required', 'anyOf', 'oneOf', 'allOf'],
  ...['exclusiveMinimum', 'exclusiveMaximum'],
];
const KNOWN: ReadonlySet<string> = new Set([...KEPT, ...READ]);

const FORMATS: ReadonlyMap<string, readonly string[]> = new Map([
  ['string', ['enum', 'date-time']],
  ['number', ['float', 'double']],
  ['integer', ['int32', 'int64']],
]);

function reduce(given: JsonObject, changes: Changes): JsonObject {
  const schema = mergeAll(given);
  const union = alternatives(schema);
  if (union !== undefined) return reduceUnion(schema, union, changes);
  for (const keyword of Object.keys(schema)) {
    if (!KNOWN.has(keyword)) changes.add(`The provider refuses the schema keyword "${keyword}".`);
  }
  const kept: Members = {};
  const type = typeOf(schema, changes);
  kept['type'] = type;
  for (const keyword of KEPT) if (schema[keyword] !== undefined) kept[keyword] = schema[keyword];
  if (typeof schema['format'] === 'string') {
    if (FORMATS.get(type)?.includes(schema['format'])) kept['format'] = schema['format'];
    else changes.add(`The provider refuses the format "${schema['format']}".`);
  }
  bounds(schema, type, kept, changes);
  if (type === 'object') objectMembers(schema, kept, changes);
  if (type === 'array') kept['items'] = itemsOf(schema, changes);
  return enumMembers(schema, kept, changes);
}

/** `allOf` is one schema of all its branches. */
function mergeAll(schema: JsonObject): JsonObject {
  const branches = schema['allOf'];
  if (!Array.isArray(branches)) return schema;
  const { allOf: _, ...rest } = schema;
  const merged: Members = {};
  for (const branch of [...branches.filter(isJsonObject).map(mergeAll), rest]) {
    const properties = { ...objectOf(merged['properties']), ...objectOf(branch['properties']) };
    const required = [...new Set([...listOf(merged['required']), ...listOf(branch['required'])])];
    Object.assign(merged, branch, { properties, required });
  }
  return merged;
}

/** The branches between which a value may choose: of `anyOf` or `oneOf`, or one for each type of a list. */
function alternatives(schema: JsonObject): readonly JsonObject[] | undefined {
  for (const keyword of ['anyOf', 'oneOf']) {
    const branches = schema[keyword];
    if (Array.isArray(branches)) return branches.filter(isJsonObject);
  }
  const types = schema['type'];
  if (!Array.isArray(types)) return undefined;
  const { type: _, ...rest } = schema;
  return types.map((type) => (type === 'null' ? { type } : { ...rest, type }));
}

/** `null` among the branches becomes `nullable`; a single other branch needs no union. A union bears no member beside
 *  it, so that its description stands in its first branch. */
function reduceUnion(schema: JsonObject, union: readonly JsonObject[], changes: Changes): JsonObject {
  const { anyOf: _, oneOf: __, type: ___, ...beside } = schema;
  const values = union.filter((branch) => branch['type'] !== 'null');
  const nullable: JsonObject = values.length < union.length || schema['nullable'] === true ? { nullable: true } : {};
  const [first, ...others] = values;
  if (first === undefined) return { type: 'string', ...nullable };
  if (others.length === 0) return { ...reduce({ ...beside, ...first }, changes), ...nullable };
  const described = beside['description'] === undefined ? {} : { description: beside['description'] };
  const branches = [{ ...described, ...first }, ...others];
  return { anyOf: branches.map((branch) => ({ ...reduce(branch, changes), ...nullable })) };
}

function typeOf(schema: JsonObject, changes: Changes): string {
  if (typeof schema['type'] === 'string' && schema['type'] !== 'null') return schema['type'].toLowerCase();
  if (isJsonObject(schema['properties'])) return 'object';
  if (schema['items'] !== undefined || schema['prefixItems'] !== undefined) return 'array';
  if (schema['enum'] === undefined && schema['const'] === undefined)
    changes.add('A value of any type is told to the model as a string.');
  return 'string';
}

function bounds(schema: JsonObject, type: string, kept: Members, changes: Changes): void {
  const step = type === 'integer' ? 1 : 0;
  for (const [keyword, inclusive, by] of [
    ['exclusiveMinimum', 'minimum', step],
    ['exclusiveMaximum', 'maximum', -step],
  ] as const) {
    const bound = schema[keyword];
    if (typeof bound !== 'number') continue;
    kept[inclusive] = bound + by;
    if (step === 0) changes.add(`The provider takes no "${keyword}"; the bound itself is allowed too.`);
  }
}

function objectMembers(schema: JsonObject, kept: Members, changes: Changes): void {
  const properties = Object.entries(objectOf(schema['properties']));
  if (properties.length > 0) {
    kept['properties'] = Object.fromEntries(
      properties.map(([name, inner]) => [name, reduce(isJsonObject(inner) ? inner : {}, changes)]),
    );
  }
  // A required name that is no property is a 400.
  const required = listOf(schema['required']).filter((name) => properties.some(([known]) => known === name));
  if (required.length > 0) kept['required'] = required;
}

/** An array must say what it holds. A tuple's places are told apart no longer. */
function itemsOf(schema: JsonObject, changes: Changes): JsonObject {
  const places = Array.isArray(schema['items']) ? schema['items'] : schema['prefixItems'];
  if (isJsonObject(schema['items'])) return reduce(schema['items'], changes);
  if (!Array.isArray(places) || places.length === 0) return { type: 'string' };
  changes.add('The places of a tuple are not told apart.');
  const kinds = new Map(
    places.filter(isJsonObject).map((place) => {
      const inner = reduce(place, changes);
      return [JSON.stringify(inner), inner] as const;
    }),
  );
  const [only = { type: 'string' }, ...more] = kinds.values();
  return more.length === 0 ? only : { anyOf: [only, ...more] };
}

/** An enum holds strings, and none that is empty. */
function enumMembers(schema: JsonObject, kept: Members, changes: Changes): JsonObject {
  const given = Array.isArray(schema['enum'])
    ? schema['enum']
    : schema['const'] === undefined
      ? undefined
      : [schema['const']];
  if (given === undefined) return kept;
  const words = given
    .filter((value) => value !== null && value !== '')
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  if (given.includes('')) changes.add('The provider takes no empty string in an enum.');
  const nullable: JsonObject = given.includes(null) ? { nullable: true } : {};
  if (words.length === 0) return { ...kept, ...nullable };
  if (given.some((value) => typeof value !== 'string' && value !== null))
    changes.add('The provider takes strings only in an enum; the others are told as text.');
  return { ...kept, type: 'string', enum: words, ...nullable };
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
