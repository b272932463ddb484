import type { Dialect } from '../../ir/dialect.ts';
import type { JsonObject } from '../../ir/json.ts';
import { type FittedSchema, toolParameters, withoutKeywords } from '../tool-schema.ts';
import { inlineReferences } from './inline-references.ts';
import { openApiSchema } from './openapi-schema.ts';

type Rules = Pick<Dialect['tools'], 'dropKeywords' | 'schemaForm'>;

/** @property member  of a function's declaration. */
export type FittedParameters = {
  readonly member?: 'parameters' | 'parametersJsonSchema';
  readonly schema: JsonObject;
  readonly changes: readonly string[];
};

/** The parameters of a function in the form that the provider takes. A function without parameters declares none.
 *  @see https://ai.google.dev/api/caching#FunctionDeclaration */
export function fitParameters(parameters: JsonObject | null, rules: Rules): FittedParameters {
  const inlined = inlineReferences(parameters ?? {});
  const whole = toolParameters(inlined.schema, rules.dropKeywords);
  const told = [...inlined.changes, ...whole.changes];
  if (rules.schemaForm === 'json-schema')
    return { member: 'parametersJsonSchema', schema: whole.schema, changes: told };
  const { schema, changes } = openApiSchema(whole.schema);
  if (schema['properties'] === undefined) return { schema: {}, changes: told };
  return { member: 'parameters', schema, changes: [...told, ...changes] };
}

/** The schema of a reply, likewise. @returns under the member of `generationConfig` that takes it. */
export function fitReplySchema(schema: JsonObject, rules: Rules): FittedSchema {
  const inlined = inlineReferences(schema);
  const kept = withoutKeywords(inlined.schema, rules.dropKeywords);
  const told = [...inlined.changes, ...kept.changes];
  if (rules.schemaForm === 'json-schema') return { schema: { responseJsonSchema: kept.schema }, changes: told };
  const reduced = openApiSchema(kept.schema);
  return { schema: { responseSchema: reduced.schema }, changes: [...told, ...reduced.changes] };
}
