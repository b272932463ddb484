import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';

/** What clients of the Messages API send. Members that are not named here are let through: what has no neutral form
 *  travels in `extensions`.
 *  Source: https://platform.claude.com/docs/en/api/messages/create */

/** Passed by reference: schemas, metadata and the like are not looked into. */
const jsonObject = z.custom<JsonObject>(isJsonObject, 'expected an object');
const json = z.custom<Json>(() => true);
const content = z.union([z.string(), z.array(jsonObject)], 'expected a string or a list of blocks');

export const requestSchema = z.looseObject({
  model: z.string().min(1),
  max_tokens: z.int().min(1),
  messages: z.array(jsonObject).min(1),
  system: content.nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().min(0).max(1).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(0).nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  tools: z.array(jsonObject).nullish(),
  tool_choice: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('auto'), disable_parallel_tool_use: z.boolean().nullish() }),
      z.object({ type: z.literal('any'), disable_parallel_tool_use: z.boolean().nullish() }),
      z.object({
        type: z.literal('tool'),
        name: z.string().min(1),
        disable_parallel_tool_use: z.boolean().nullish(),
      }),
      z.object({ type: z.literal('none') }),
    ])
    .nullish(),
  thinking: z
    .discriminatedUnion('type', [
      z.looseObject({ type: z.literal('enabled'), budget_tokens: z.int().min(1_024), display: z.string().nullish() }),
      z.looseObject({ type: z.literal('adaptive'), display: z.string().nullish() }),
      z.looseObject({ type: z.literal('between_tools') }),
      z.looseObject({ type: z.literal('disabled') }),
    ])
    .nullish(),
  output_config: z.looseObject({ effort: z.string().nullish(), format: jsonObject.nullish() }).nullish(),
  output_format: jsonObject.nullish(),
  metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
  service_tier: z.enum(['auto', 'standard_only']).nullish(),
});

export const formatSchema = z.object({ type: z.literal('json_schema'), schema: jsonObject });

export const messageSchema = z.object({
  role: z.enum(['user', 'assistant', 'system']),
  content: content.nullish(),
});

export const toolSchema = z.looseObject({
  name: z.string().min(1),
  description: z.string().nullish(),
  input_schema: jsonObject,
  strict: z.boolean().nullish(),
  defer_loading: z.boolean().nullish(),
  allowed_callers: z.array(z.string()).nullish(),
  input_examples: z.array(jsonObject).nullish(),
});

export const blockSchemas = {
  text: z.object({ text: z.string() }),
  image: z.object({ source: jsonObject }),
  base64: z.object({ media_type: z.string().min(1), data: z.string().min(1) }),
  url: z.object({ url: z.string().min(1) }),
  document: z.object({ source: jsonObject, title: z.string().nullish(), context: z.string().nullish() }),
  plainText: z.object({ data: z.string() }),
  contentSource: z.object({ content }),
  searchResult: z.object({ source: z.string(), title: z.string(), content: z.array(jsonObject) }),
  toolUse: z.object({ id: z.string().min(1), name: z.string().min(1), input: json }),
  toolResult: z.object({
    tool_use_id: z.string().min(1),
    content: content.nullish(),
    is_error: z.boolean().nullish(),
  }),
  toolReference: z.object({ tool_name: z.string().min(1) }),
  thinking: z.object({ thinking: z.string(), signature: z.string().nullish() }),
  redacted: z.object({ data: z.string() }),
  toolChange: z.object({ tool: jsonObject }),
} as const;
