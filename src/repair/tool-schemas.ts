import type { JsonObject } from '../ir/json.ts';
import type { ToolDefinition, ToolName } from '../ir/request.ts';

/** The parameters of the request's tools, by name.
 *  @returns from `find` null for a tool without parameters, undefined for one whose arguments are not to be looked at. */
export type ToolSchemas = { readonly find: (name: ToolName) => JsonObject | null | undefined };

/** Schemas that open replies share, and the size up to which one is looked at, in characters of its text. */
const MAX_SHARED = 1_024;
const MAX_SCHEMA = 65_536;

/** By their text, in the order of use. The turns of a session offer the same tools again and again, and thousands of
 *  open replies must not each hold them. */
const shared = new Map<string, JsonObject>();

export function toolSchemas(tools: readonly ToolDefinition[]): ToolSchemas {
  const schemas = new Map<string, JsonObject | null>();
  for (const tool of tools) {
    if (tool.kind !== 'function' && tool.kind !== 'search') continue;
    const parameters = tool.parameters === null ? null : sharedSchema(tool.parameters);
    if (parameters !== undefined) schemas.set(identity(tool.name), parameters);
  }
  return { find: (name) => schemas.get(identity(name)) };
}

/** @returns undefined where it is too large to be looked at. */
export function sharedSchema(parameters: JsonObject): JsonObject | undefined {
  const text = JSON.stringify(parameters);
  if (text.length > MAX_SCHEMA) return undefined;
  const schema = shared.get(text) ?? parameters;
  shared.delete(text);
  shared.set(text, schema);
  const [oldest] = shared.keys();
  if (shared.size > MAX_SHARED && oldest !== undefined) shared.delete(oldest);
  return schema;
}

function identity({ namespace, name }: ToolName): string {
  return namespace === undefined ? name : `${namespace}\u0000${name}`;
}
