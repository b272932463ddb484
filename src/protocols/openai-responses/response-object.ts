import type { Json, JsonObject } from '../../ir/json.ts';
import type { InferenceRequest, OutputFormat } from '../../ir/request.ts';
import { NO_USAGE, totalInput, type Usage } from '../../ir/usage.ts';
import type { ReplyContext } from '../protocol.ts';
import { INSTRUCTIONS } from './decode-request.ts';
import { declaredTools, encodeToolChoice, encodeTools } from './encode-tools.ts';

/** What changes in the response object between its first and its last event.
 *  @property output  the finished items, each as JSON text. */
export type ResponseState = {
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  readonly error?: { readonly code: string; readonly message: string };
  readonly incompleteReason?: 'max_output_tokens' | 'content_filter';
  readonly output: readonly string[];
  readonly usage?: Usage;
};

/** The response object as JSON text. What it repeats of the request is made once and kept as text, since every reply
 *  carries it three times. */
export function responseWriter(context: ReplyContext): (state: ResponseState) => string {
  const head = `{"id":${JSON.stringify(`resp_${context.responseId}`)},"object":"response","created_at":${context.createdAt}`;
  const echo = JSON.stringify(echoOf(context.echo, context.kept)).slice(1);
  const completedAt = context.completedAt ?? (() => context.createdAt);
  return ({ status, error, incompleteReason, output, usage }) => {
    const details = incompleteReason === undefined ? 'null' : `{"reason":"${incompleteReason}"}`;
    const failed = error === undefined ? 'null' : JSON.stringify(error);
    const ends = status === 'completed' || status === 'incomplete';
    const counts = usage === undefined && !ends ? 'null' : JSON.stringify(encodeUsage(usage ?? NO_USAGE));
    const completed = status === 'completed' ? completedAt() : 'null';
    return `${head},"completed_at":${completed},"status":"${status}","error":${failed},"incomplete_details":${details},"output":[${output.join(',')}],"usage":${counts},${echo}`;
  };
}

/** Cached tokens are inside the input count, and the details are always there: Codex compacts by them. */
function encodeUsage(usage: Usage): JsonObject {
  const input = totalInput(usage);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: input + usage.output,
  };
}

/** The request as the reply repeats it; what was left out has the API's own default. */
function echoOf(request: InferenceRequest, kept: ReplyContext['kept']): JsonObject {
  const own = request.extensions['openai-responses'] ?? {};
  return {
    access_programs: null,
    background: false,
    frequency_penalty: request.sampling.frequencyPenalty ?? 0,
    instructions: instructionsOf(request),
    max_output_tokens: request.sampling.maxOutputTokens ?? null,
    max_tool_calls: own['max_tool_calls'] ?? null,
    metadata: own['metadata'] ?? {},
    model: request.model,
    parallel_tool_calls: request.parallelToolCalls ?? true,
    presence_penalty: request.sampling.presencePenalty ?? 0,
    previous_response_id: kept?.previousId ?? null,
    prompt_cache_key: request.cacheKey ?? null,
    reasoning: { effort: request.reasoning.effort ?? null, summary: request.reasoning.summary ?? null },
    safety_identifier: own['safety_identifier'] ?? null,
    service_tier: request.serviceTier ?? 'auto',
    store: own['store'] ?? kept !== undefined,
    temperature: request.sampling.temperature ?? 1,
    text: { format: encodeFormat(request.outputFormat), verbosity: request.verbosity ?? 'medium' },
    tool_choice: own['tool_choice'] ?? encodeToolChoice(request.toolChoice, request.tools),
    tools: encodeTools(declaredTools(request.tools)),
    top_logprobs: 0,
    top_p: request.sampling.topP ?? 1,
    truncation: own['truncation'] ?? 'disabled',
    user: own['user'] ?? null,
  };
}

function instructionsOf(request: InferenceRequest): Json {
  const [first] = request.messages;
  const [part] = first?.parts ?? [];
  return first?.extensions?.['openai-responses']?.[INSTRUCTIONS] === true && part?.type === 'text' ? part.text : null;
}

export function encodeFormat(format: OutputFormat): JsonObject {
  switch (format.type) {
    case 'text':
      return { type: 'text' };
    case 'json-object':
      return { type: 'json_object' };
    case 'json-schema':
      return {
        type: 'json_schema',
        name: format.name,
        ...(format.description === undefined ? {} : { description: format.description }),
        schema: format.schema,
        strict: format.strict ?? false,
      };
  }
}
