import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';

/** What Codex and other clients of the Responses API send. Members that are not named here are let through: what has
 *  no neutral form travels in `extensions`.
 *  Source: https://platform.openai.com/docs/api-reference/responses/create */

/** Passed by reference: schemas, metadata and the like are not looked into. */
const jsonObject = z.custom<JsonObject>(isJsonObject, 'expected an object');
const json = z.custom<Json>(() => true);

export const requestSchema = z.looseObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(json)], 'expected a string or a list of items'),
  instructions: z.string().nullish(),
  tools: z.array(jsonObject).nullish(),
  tool_choice: z
    .union([z.enum(['auto', 'none', 'required']), jsonObject], 'expected "auto", "none", "required" or an object')
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning: z
    .looseObject({
      effort: z.string().nullish(),
      summary: z.string().nullish(),
      generate_summary: z.string().nullish(),
    })
    .nullish(),
  text: z.looseObject({ format: jsonObject.nullish(), verbosity: z.string().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  max_tool_calls: z.int().min(1).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  store: z.boolean().nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  safety_identifier: z.string().nullish(),
  user: z.string().nullish(),
  stream_options: z.looseObject({ include_obfuscation: z.boolean().nullish() }).nullish(),
  prompt_cache_key: z.string().nullish(),
  service_tier: z.string().nullish(),
  stream: z.boolean().nullish(),
  include: z.array(z.string()).nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
});

export const formatSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    name: z.string(),
    schema: jsonObject,
    strict: z.boolean().nullish(),
    description: z.string().nullish(),
  }),
]);

export const toolSchemas = {
  function: z.object({
    name: z.string().min(1),
    description: z.string().nullish(),
    parameters: jsonObject.nullish(),
    strict: z.boolean().nullish(),
  }),
  custom: z.object({
    name: z.string().min(1),
    description: z.string().nullish(),
    format: z
      .looseObject({ type: z.string(), syntax: z.string().nullish(), definition: z.string().nullish() })
      .nullish(),
  }),
  namespace: z.object({
    name: z.string().min(1),
    description: z.string().nullish(),
    tools: z.array(jsonObject),
  }),
  search: z.object({ description: z.string().nullish(), parameters: jsonObject.nullish() }),
} as const;

const content = z.union([z.string(), z.array(jsonObject)], 'expected a string or a list of parts');
const callId = z.string().min(1);

export const itemSchemas = {
  message: z.object({
    role: z.enum(['user', 'assistant', 'developer', 'system']),
    content,
    phase: z.string().nullish(),
  }),
  reasoning: z.object({
    summary: z.array(jsonObject).nullish(),
    content: z.array(jsonObject).nullish(),
    encrypted_content: z.string().nullish(),
  }),
  functionCall: z.object({
    call_id: callId,
    name: z.string().min(1),
    namespace: z.string().nullish(),
    arguments: z.union([z.string(), jsonObject], 'expected a string'),
  }),
  customCall: z.object({
    call_id: callId,
    name: z.string().min(1),
    namespace: z.string().nullish(),
    input: z.string(),
  }),
  searchCall: z.object({ call_id: callId, arguments: z.union([jsonObject, z.string()], 'expected an object') }),
  callOutput: z.object({ call_id: callId, output: content }),
  searchOutput: z.object({ call_id: callId, tools: z.array(jsonObject) }),
  additionalTools: z.object({ tools: z.array(jsonObject) }),
  agentMessage: z.object({ author: z.string().nullish(), recipient: z.string().nullish(), content }),
} as const;

export const partSchemas = {
  text: z.object({ text: z.string() }),
  refusal: z.object({ refusal: z.string() }),
  image: z.object({ image_url: z.string().nullish(), detail: z.string().nullish() }),
  encrypted: z.object({ encrypted_content: z.string() }),
} as const;
