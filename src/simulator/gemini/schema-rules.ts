import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import { object } from '../json.ts';

/** Members of a schema in the API's own form. Source: https://ai.google.dev/api/caching#Schema */
const MEMBERS: ReadonlySet<string> = new Set(
  `anyOf default description enum example format items maxItems maxLength maxProperties maximum minItems minLength
  minProperties minimum nullable pattern properties propertyOrdering required title type`.split(/\s+/),
);
const TYPES: readonly string[] = ['string', 'number', 'integer', 'boolean', 'array', 'object'];

/** What is wrong with `parameters` or `responseSchema`, in the API's words; undefined where nothing is. */
export function checkOwnSchema(schema: JsonObject, at: string): string | undefined {
  const unknown = Object.keys(schema).find((member) => !MEMBERS.has(member));
  if (unknown !== undefined)
    return `Invalid JSON payload received. Unknown name "${unknown}" at '${at}': Cannot find field.`;
  const { type, items } = schema;
  if (Array.isArray(type))
    return `Invalid JSON payload received. Unknown name "type" at '${at}': Proto field is not repeating, cannot start list.`;
  if (Array.isArray(schema['anyOf'])) {
    if (Object.keys(schema).length > 1) return `* ${at}.any_of: when using any_of, it must be the only field set.`;
    return firstOf(schema['anyOf'], (branch, index) => checkOwnSchema(object(branch), `${at}.any_of[${index}]`));
  }
  if (typeof type !== 'string' || !TYPES.includes(type.toLowerCase()))
    return `Invalid value at '${at}.type' (type.googleapis.com/google.ai.generativelanguage.v1beta.Type), ${JSON.stringify(type ?? null)}`;
  if (type.toLowerCase() === 'array' && !isJsonObject(items)) return `* ${at}.items: missing field.`;
  return checkEnum(schema, at) ?? checkRequired(schema, at) ?? checkInside(schema, at);
}

function checkEnum({ enum: words, type }: JsonObject, at: string): string | undefined {
  if (!Array.isArray(words)) return undefined;
  if (type !== 'string') return `* ${at}.enum: only allowed for STRING type`;
  return firstOf(words, (word, index) => {
    if (typeof word !== 'string')
      return `Invalid value at '${at}.enum[${index}]' (TYPE_STRING), ${JSON.stringify(word)}`;
    return word === '' ? `* ${at}.enum[${index}]: cannot be empty` : undefined;
  });
}

function checkRequired({ required, properties }: JsonObject, at: string): string | undefined {
  const known = object(properties);
  return firstOf(Array.isArray(required) ? required : [], (name, index) =>
    typeof name === 'string' && Object.hasOwn(known, name)
      ? undefined
      : `* ${at}.required[${index}]: property is not defined`,
  );
}

function checkInside({ properties, items }: JsonObject, at: string): string | undefined {
  const inner = Object.values(object(properties));
  return (
    firstOf(inner, (property, index) => checkOwnSchema(object(property), `${at}.properties[${index}].value`)) ??
    (isJsonObject(items) ? checkOwnSchema(items, `${at}.items`) : undefined)
  );
}

/** What is wrong with a schema in the form of JSON Schema: the API takes most of it. */
export function checkJsonSchema(schema: Json | undefined, at: string): string | undefined {
  if (!isJsonObject(schema)) return undefined;
  if (schema['$ref'] !== undefined) {
    const beside = Object.keys(schema).some((member) => !['$ref', 'description', 'default'].includes(member));
    if (beside)
      return `${at}: $ref '${String(schema['$ref'])}' was set alongside unsupported fields. If a schema node has $ref set, then only description and default can be set alongside it.`;
  }
  for (const [member, value] of Object.entries(schema)) {
    const refused = ['patternProperties', 'propertyNames', '$comment'].includes(member) || member.startsWith('x-');
    if (refused) return `Invalid JSON payload received. Unknown name "${member}" at '${at}': Cannot find field.`;
    const inner = member === 'properties' ? Object.values(object(value)) : Array.isArray(value) ? value : [value];
    const isData = ['enum', 'const', 'default', 'example', 'examples', 'required'].includes(member);
    const wrong = isData ? undefined : firstOf(inner, (each) => checkJsonSchema(each, `${at}.${member}`));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

export function firstOf<T>(
  list: readonly T[],
  check: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of list.entries()) {
    const wrong = check(item, index);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
