import { isJsonObject, type Json, type JsonObject } from '../ir/json.ts';

/** A JSON Schema as a provider takes it. @property changes  what was changed, one sentence each; empty when nothing was lost. */
export type FittedSchema = { readonly schema: JsonObject; readonly changes: readonly string[] };

/** The parameters of a function: always an object with properties, whatever the client wrote (`null`, `type: null`, a
 *  union at the top, which most providers refuse there), without the keywords that the provider refuses. */
export function toolParameters(parameters: JsonObject | null, dropKeywords: readonly string[]): FittedSchema {
  const changes: string[] = [];
  let schema = parameters ?? {};
  for (const keyword of UNIONS) {
    const branches = schema[keyword];
    if (!Array.isArray(branches)) continue;
    schema = mergeBranches(schema, keyword, branches.filter(isJsonObject));
    changes.push(`The top-level "${keyword}" of its parameters became one object.`);
  }
  if (schema['type'] !== 'object' || !isJsonObject(schema['properties'])) {
    schema = { ...schema, type: 'object', properties: isJsonObject(schema['properties']) ? schema['properties'] : {} };
  }
  const fitted = withoutKeywords(schema, dropKeywords);
  return { schema: fitted.schema, changes: [...changes, ...fitted.changes] };
}

/** Takes keywords out wherever they stand as keywords. Properties that merely bear such a name stay, and so do values
 *  that are data: `enum`, `const`, `default`, `examples`. */
export function withoutKeywords(schema: JsonObject, dropKeywords: readonly string[]): FittedSchema {
  if (dropKeywords.length === 0) return { schema, changes: [] };
  const dropped = new Set<string>();
  const fitted = strip(schema, new Set(dropKeywords), dropped);
  return {
    schema: fitted,
    changes: [...dropped].map((keyword) => `The provider refuses the schema keyword "${keyword}".`),
  };
}

const UNIONS = ['oneOf', 'anyOf', 'allOf'] as const;

/** All properties of all branches; required is what every branch (`allOf`: any branch) requires. */
function mergeBranches(
  schema: JsonObject,
  keyword: (typeof UNIONS)[number],
  branches: readonly JsonObject[],
): JsonObject {
  const { [keyword]: _, ...rest } = schema;
  const properties: { [name: string]: Json | undefined } = {};
  for (const branch of [...branches].reverse()) Object.assign(properties, objectAt(branch, 'properties'));
  Object.assign(properties, objectAt(schema, 'properties'));
  const lists = branches.map((branch) => namesAt(branch, 'required'));
  const named = [...new Set(lists.flat())];
  const required = keyword === 'allOf' ? named : named.filter((name) => lists.every((list) => list.includes(name)));
  return { ...rest, type: 'object', properties, required: [...new Set([...namesAt(schema, 'required'), ...required])] };
}

function objectAt(schema: JsonObject, keyword: string): JsonObject {
  const value = schema[keyword];
  return isJsonObject(value) ? value : {};
}

function namesAt(schema: JsonObject, keyword: string): readonly string[] {
  const value = schema[keyword];
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

/** Keywords whose value is a schema, a list of schemas, or both. */
const SCHEMAS: ReadonlySet<string> = new Set([
  ...['items', 'prefixItems', 'additionalItems', 'contains', 'additionalProperties', 'unevaluatedItems'],
  ...['unevaluatedProperties', 'propertyNames', 'not', 'if', 'then', 'else', 'oneOf', 'anyOf', 'allOf'],
]);
/** Keywords whose value maps names to schemas. */
const MAPS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
]);

function strip(schema: JsonObject, drop: ReadonlySet<string>, dropped: Set<string>): JsonObject {
  const kept: { [key: string]: Json | undefined } = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (drop.has(keyword)) dropped.add(keyword);
    else if (SCHEMAS.has(keyword)) kept[keyword] = stripAny(value, drop, dropped);
    else if (MAPS.has(keyword) && isJsonObject(value)) {
      kept[keyword] = Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [name, stripAny(inner, drop, dropped)]),
      );
    } else kept[keyword] = value;
  }
  return kept;
}

function stripAny(value: Json | undefined, drop: ReadonlySet<string>, dropped: Set<string>): Json | undefined {
  if (Array.isArray(value)) return value.map((each) => stripAny(each, drop, dropped) ?? null);
  return isJsonObject(value) ? strip(value, drop, dropped) : value;
}
