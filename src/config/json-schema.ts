import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../ir/json.ts';
import { configSchema } from './schema.ts';

/** The JSON Schema (draft 2020-12) of config.yaml, for editors: what a user may write, before defaults. */
export function configJsonSchema(): JsonObject {
  const schema: unknown = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  if (!isJsonObject(schema)) throw new TypeError('the configuration has no JSON Schema');
  return { ...schema, title: 'Plugboard configuration' };
}
