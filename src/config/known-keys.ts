import { isJsonObject, type Json, type JsonObject } from '../ir/json.ts';

/** The keys that may stand in the object at a path. Empty where any may, or none.
 *  @param schema  a JSON Schema. @param value  what was written: where the schema leaves a choice of forms, it is the
 *                 form whose fixed members the value has. */
export function knownKeys(schema: JsonObject, value: unknown, path: readonly (string | number)[]): readonly string[] {
  let nodes: readonly JsonObject[] = [schema];
  let written: unknown = value;
  for (const step of path) {
    nodes = formsOf(nodes, written, schema).flatMap((node) => memberOf(node, step));
    written = typeof written === 'object' && written !== null ? Reflect.get(written, step) : undefined;
  }
  const keys = formsOf(nodes, written, schema).flatMap((node) => Object.keys(objectIn(node, 'properties')));
  return [...new Set(keys)];
}

function memberOf(node: JsonObject, step: string | number): readonly JsonObject[] {
  const properties = objectIn(node, 'properties');
  const found =
    typeof step === 'number'
      ? node['items']
      : Object.hasOwn(properties, step)
        ? properties[step]
        : node['additionalProperties'];
  return isJsonObject(found) ? [found] : [];
}

/** References followed, choices made. */
function formsOf(nodes: readonly JsonObject[], written: unknown, root: JsonObject): readonly JsonObject[] {
  return nodes.flatMap((node) => {
    const name = typeof node['$ref'] === 'string' ? node['$ref'].replace('#/$defs/', '') : undefined;
    const target = name === undefined ? undefined : objectIn(root, '$defs')[name];
    if (isJsonObject(target)) return formsOf([target], written, root);
    const choice = [node['oneOf'], node['anyOf']].find(isList)?.filter((form) => isJsonObject(form));
    if (choice === undefined) return [node];
    const fitting = choice.filter((form) => fits(form, written));
    return formsOf(fitting.length > 0 ? fitting : choice, written, root);
  });
}

function fits(form: JsonObject, written: unknown): boolean {
  if (typeof written !== 'object' || written === null) return false;
  return Object.entries(objectIn(form, 'properties')).every(([key, member]) => {
    const fixed = isJsonObject(member) ? member['const'] : undefined;
    return fixed === undefined || Reflect.get(written, key) === fixed;
  });
}

function objectIn(node: JsonObject, key: string): JsonObject {
  const member = node[key];
  return isJsonObject(member) ? member : {};
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
