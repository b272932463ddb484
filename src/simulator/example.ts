import { isJsonObject, type Json, type JsonObject } from '../ir/json.ts';
import { object } from './json.ts';

/** A small value that meets a JSON schema: what a scripted model answers where an agent demands a format. */
export function exampleOf(schema: JsonObject): Json {
  const options = schema['enum'];
  if (Array.isArray(options) && options.length > 0) return options[0];
  const { anyOf } = schema;
  if (Array.isArray(anyOf) && isJsonObject(anyOf[0])) return exampleOf(anyOf[0]);
  const types = Array.isArray(schema['type']) ? schema['type'] : [schema['type']];
  switch (types[0]) {
    case 'object':
      return exampleObject(schema);
    case 'array':
      return [];
    case 'number':
    case 'integer':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 0;
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return 'Plugboard demo';
  }
}

function exampleObject(schema: JsonObject): JsonObject {
  const members = Object.entries(object(schema['properties']));
  return Object.fromEntries(members.map(([name, member]) => [name, exampleOf(object(member))]));
}
