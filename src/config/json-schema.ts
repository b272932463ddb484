import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../ir/json.ts';
import { configSchema } from './schema.ts';

/** The JSON Schema (draft 2020-12) of config.yaml, for editors: what a user may write, before defaults. */
export function configJsonSchema(): JsonObject {
  const schema: unknown = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  if (!isJsonObject(schema)) throw new TypeError('the configuration has no JSON Schema');
  return { ...schema, title: 'Plugboard configuration' };
}

/** The keys that may stand in the object at a path. Empty where any may, or none. */
export function knownKeys(path: readonly (string | number)[]): readonly string[] {
  let node: unknown = configJsonSchema();
  for (const step of path) {
    if (!isJsonObject(node)) return [];
    if (typeof step === 'number') node = node['items'];
    else {
      const properties = node['properties'];
      const named = isJsonObject(properties) && Object.hasOwn(properties, step) ? properties[step] : undefined;
      node = named ?? node['additionalProperties'];
    }
  }
  if (!isJsonObject(node)) return [];
  const properties = node['properties'];
  return isJsonObject(properties) ? Object.keys(properties) : [];
}
