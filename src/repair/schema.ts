import { isJsonObject, type Json, type JsonObject } from '../ir/json.ts';
import type { JsonNode } from './json-tree.ts';

export type JsonType = JsonNode['type'];
export const ALL_TYPES: readonly JsonType[] = ['object', 'array', 'string', 'number', 'boolean', 'null'];

/** A tool's parameters, asked for the shape of values. A keyword that is not looked at (`pattern`, `minimum`, `format`)
 *  forbids nothing here, and neither do members beyond the declared ones: agents take both or say themselves what is wrong.
 *  @property types    what a value may be. A schema that says nothing allows everything.
 *  @property member   of an object. @property items  of an array. `true` where nothing is said.
 *  @property isClosed  only listed values are allowed.
 *  @property fits     the value, to its last member; true where finding out would take too long. */
export type SchemaReader = {
  readonly types: (schema: Json) => readonly JsonType[];
  readonly member: (schema: Json, name: string) => Json;
  readonly items: (schema: Json) => Json;
  readonly isClosed: (schema: Json) => boolean;
  readonly fits: (schema: Json, value: Json) => boolean;
};

/** Steps of one question. A hostile schema (references in a ring, unions within unions) ends here. */
const MAX_STEPS = 20_000;
/** Steps of all questions: as many may be asked as the arguments have values. */
const MAX_STEPS_IN_ALL = 2_000_000;
/** References that lead to references. */
const MAX_REFERENCES = 16;
/** Unions and values within each other. */
const MAX_NESTING = 100;

export function schemaReader(root: JsonObject): SchemaReader {
  let steps = 0;
  let stepsInAll = 0;

  /** The schema that stands at the end of its references, with the members beside them. */
  const resolve = (schema: Json): Json => {
    let found = schema;
    for (let hops = 0; isJsonObject(found) && typeof found['$ref'] === 'string'; hops += 1) {
      if (hops === MAX_REFERENCES) return true;
      const { $ref, ...beside } = found;
      const target = pointedAt(root, String($ref));
      if (!isJsonObject(target)) return true;
      found = { ...target, ...beside };
    }
    return found;
  };

  const typesAt = (given: Json, depth: number): readonly JsonType[] => {
    steps += 1;
    const schema = resolve(given);
    if (!isJsonObject(schema) || steps > MAX_STEPS || depth > MAX_NESTING) return ALL_TYPES;
    let types = namedTypes(schema);
    const listed = schema['const'] === undefined ? schema['enum'] : [schema['const']];
    if (Array.isArray(listed)) types = both(types, listed.map(typeOf));
    for (const keyword of ['anyOf', 'oneOf'] as const) {
      const branches = schema[keyword];
      if (Array.isArray(branches))
        types = both(
          types,
          branches.flatMap((branch) => typesAt(branch, depth + 1)),
        );
    }
    const parts = schema['allOf'];
    if (Array.isArray(parts)) for (const part of parts) types = both(types, typesAt(part, depth + 1));
    return types;
  };

  /** The branches that say anything of a value of this type; a schema without unions is its own only branch. */
  const branchesFor = (given: Json, type: JsonType, depth = 0): readonly JsonObject[] => {
    steps += 1;
    const schema = resolve(given);
    if (!isJsonObject(schema) || steps > MAX_STEPS || depth > MAX_NESTING) return [];
    const inner = (['anyOf', 'oneOf', 'allOf'] as const).flatMap((keyword) => {
      const branches = schema[keyword];
      return Array.isArray(branches) ? branches.filter((branch) => typesAt(branch, depth + 1).includes(type)) : [];
    });
    return [schema, ...inner.flatMap((branch) => branchesFor(branch, type, depth + 1))];
  };

  /** What all branches say of one place; several that disagree say nothing. */
  const only = (found: readonly Json[]): Json => {
    const [first] = found;
    return first !== undefined && found.every((one) => one === first) ? first : true;
  };

  const member = (schema: Json, name: string): Json =>
    only(branchesFor(schema, 'object').flatMap((branch) => ownMember(branch['properties'], name)));

  const items = (schema: Json): Json =>
    only(branchesFor(schema, 'array').flatMap((branch) => (branch['items'] === undefined ? [] : [branch['items']])));

  const isClosed = (given: Json): boolean => {
    const schema = resolve(given);
    return isJsonObject(schema) && (Array.isArray(schema['enum']) || schema['const'] !== undefined);
  };

  const fits = (given: Json, value: Json, depth: number): boolean => {
    steps += 1;
    if (steps > MAX_STEPS || depth > MAX_NESTING) return true;
    const schema = resolve(given);
    if (schema === false) return false;
    if (!isJsonObject(schema)) return true;
    if (!namedTypes(schema).includes(typeOf(value)) || (isInteger(schema) && !Number.isInteger(value))) return false;
    const listed = schema['const'] === undefined ? schema['enum'] : [schema['const']];
    if (Array.isArray(listed) && !listed.some((one) => isSame(one, value))) return false;
    const { anyOf, oneOf, allOf } = schema;
    const fitting = (branch: Json): boolean => fits(branch, value, depth + 1);
    if (Array.isArray(anyOf) && !anyOf.some(fitting)) return false;
    if (Array.isArray(oneOf) && !oneOf.some(fitting)) return false;
    if (Array.isArray(allOf) && !allOf.every(fitting)) return false;
    if (Array.isArray(value)) {
      const of = schema['items'];
      return of === undefined || value.every((item) => fits(of, item, depth + 1));
    }
    return isJsonObject(value) ? objectFits(schema, value, depth) : true;
  };

  const objectFits = (schema: JsonObject, value: JsonObject, depth: number): boolean => {
    const { required } = schema;
    if (Array.isArray(required) && required.some((name) => typeof name === 'string' && !Object.hasOwn(value, name))) {
      return false;
    }
    return Object.entries(value).every(([name, inner]) =>
      ownMember(schema['properties'], name).every((of) => inner === undefined || fits(of, inner, depth + 1)),
    );
  };

  const asked = <T>(answer: () => T): T => {
    stepsInAll += steps;
    steps = stepsInAll > MAX_STEPS_IN_ALL ? MAX_STEPS : 0;
    return answer();
  };
  return {
    types: (schema) => asked(() => typesAt(schema, 0)),
    member: (schema, name) => asked(() => member(schema, name)),
    items: (schema) => asked(() => items(schema)),
    isClosed,
    fits: (schema, value) => asked(() => fits(schema, value, 0)),
  };
}

export function typeOf(value: Json): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      return 'object';
  }
}

function namedTypes(schema: JsonObject): readonly JsonType[] {
  const { type, nullable } = schema;
  const words = typeof type === 'string' ? [type] : Array.isArray(type) ? type : undefined;
  if (words === undefined) return ALL_TYPES;
  // Some servers and agents write types in capitals, as Gemini's own schemas do.
  const types = ALL_TYPES.filter((one) =>
    words.some(
      (word) => typeof word === 'string' && (word.toLowerCase() === one || (isWhole(word) && one === 'number')),
    ),
  );
  if (types.length === 0) return ALL_TYPES;
  return nullable === true && !types.includes('null') ? [...types, 'null'] : types;
}

function isInteger({ type }: JsonObject): boolean {
  return typeof type === 'string' && isWhole(type);
}

function isWhole(word: string): boolean {
  return word.toLowerCase() === 'integer';
}

function both(some: readonly JsonType[], others: readonly JsonType[]): readonly JsonType[] {
  return some.filter((type) => others.includes(type));
}

function ownMember(members: Json | undefined, name: string): readonly Json[] {
  const found = isJsonObject(members) && Object.hasOwn(members, name) ? members[name] : undefined;
  return found === undefined ? [] : [found];
}

function isSame(one: Json, other: Json): boolean {
  return one === other || (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(other));
}

/** Only places in the schema itself are followed. */
function pointedAt(root: JsonObject, reference: string): Json | undefined {
  if (!reference.startsWith('#')) return undefined;
  let found: Json | undefined = root;
  for (const step of reference.slice(1).split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(found)) found = found[Number(name)];
    else found = isJsonObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return found;
}
