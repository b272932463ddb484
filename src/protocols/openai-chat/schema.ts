import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';

/** What clients of Chat Completions send. Members that are not named here are let through: what has no neutral form
 *  travels in `extensions`.
 *  Source: https://platform.openai.com/docs/api-reference/chat/create */

/** Passed by reference: schemas, metadata and the like are not looked into. */
const jsonObject = z.custom<JsonObject>(isJsonObject, 'expected an object');
const json = z.custom<Json>(() => true);

export const requestSchema = z.looseObject({
  model: z.string().min(1),
  messages: z.array(jsonObject, 'expected a list of messages').min(1),
  tools: z.array(jsonObject).nullish(),
  functions: z.array(jsonObject).nullish(),
  tool_choice: z
    .union([z.enum(['auto', 'none', 'required']), jsonObject], 'expected "auto", "none", "required" or an object')
    .nullish(),
  function_call: z.union([z.enum(['auto', 'none']), jsonObject], 'expected "auto", "none" or an object').nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: jsonObject.nullish(),
  reasoning_effort: z.string().nullish(),
  reasoning: z
    .looseObject({
      effort: z.string().nullish(),
      summary: z.string().nullish(),
      max_tokens: z.int().min(0).nullish(),
    })
    .nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  stop: z.union([z.string(), z.array(z.string())], 'expected a string or a list of strings').nullish(),
  seed: z.int().nullish(),
  verbosity: z.string().nullish(),
  service_tier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  web_search_options: jsonObject.nullish(),
  n: z.int().min(1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).nullish(),
  modalities: z.array(z.string()).nullish(),
});
export type ChatRequest = z.infer<typeof requestSchema>;

export const formatSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({
      name: z.string(),
      schema: jsonObject.nullish(),
      strict: z.boolean().nullish(),
      description: z.string().nullish(),
    }),
  }),
]);

export const functionSchema = z.object({
  name: z.string().min(1),
  description: z.string().nullish(),
  parameters: jsonObject.nullish(),
  strict: z.boolean().nullish(),
});

export const toolSchemas = {
  function: z.object({ function: functionSchema }),
  custom: z.object({
    custom: z.object({
      name: z.string().min(1),
      description: z.string().nullish(),
      format: z
        .looseObject({
          type: z.string(),
          grammar: z.object({ syntax: z.string(), definition: z.string() }).nullish(),
        })
        .nullish(),
    }),
  }),
} as const;

const content = z.union([z.string(), z.array(jsonObject)], 'expected a string or a list of parts');
const name = z.string().nullish();
const called = z.object({
  name: z.string().min(1),
  arguments: z.union([z.string(), jsonObject], 'expected a string').nullish(),
});

export const messageSchemas = {
  spoken: z.object({ content, name }),
  assistant: z.looseObject({
    content: content.nullish(),
    name,
    refusal: z.string().nullish(),
    tool_calls: z.array(jsonObject).nullish(),
    function_call: called.nullish(),
    audio: json.nullish(),
    reasoning_content: z.string().nullish(),
    reasoning: z.string().nullish(),
    reasoning_details: z.array(jsonObject).nullish(),
  }),
  tool: z.object({ content: content.nullish(), tool_call_id: z.string().min(1) }),
  function: z.object({ content: content.nullish(), name: z.string().min(1) }),
} as const;

export const callSchemas = {
  function: z.object({ id: z.string().min(1), function: called }),
  custom: z.object({ id: z.string().min(1), custom: z.object({ name: z.string().min(1), input: z.string() }) }),
} as const;

export const partSchemas = {
  text: z.object({ text: z.string() }),
  refusal: z.object({ refusal: z.string() }),
  image: z.object({
    image_url: z.union([z.string(), z.object({ url: z.string(), detail: z.string().nullish() })], 'expected an object'),
  }),
} as const;
