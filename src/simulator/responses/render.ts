import { type Json, type JsonObject, parseJson } from '../../ir/json.ts';
import { object, text } from '../json.ts';
import type { ResolvedCall, ResolvedStep } from '../resolve.ts';
import { type Answer, pieces, type Write } from '../speaker.ts';

/** Opaque to clients; the simulator knows its own again. */
export const STATE_PREFIX = 'gAAAAsim';

type Emit = (type: string, members: JsonObject) => void;

/** Events as api.openai.com streams them. Source: https://platform.openai.com/docs/api-reference/responses-streaming */
export function streamResponses(answer: Answer): readonly Write[] {
  const writes: Write[] = [];
  const lineEnd = answer.oddities.lineEnd ?? '\n';
  let sequence = 0;
  const emit: Emit = (type, members) => {
    const data = JSON.stringify({ type, sequence_number: sequence, ...members });
    sequence += 1;
    writes.push({ type: 'text', text: `event: ${type}${lineEnd}data: ${data}${lineEnd}${lineEnd}` });
  };
  emit('response.created', { response: response(answer, 'in_progress', []) });
  emit('response.in_progress', { response: response(answer, 'in_progress', []) });
  const output: JsonObject[] = [];
  for (const [place, step] of answer.steps.entries()) {
    const next = answer.steps[place + 1];
    const cutHere = next !== undefined && (next.type === 'cut' || next.type === 'fail');
    switch (step.type) {
      case 'pause':
        writes.push(step);
        break;
      case 'cut':
        writes.push(step);
        return writes;
      case 'fail': {
        const failed = { ...response(answer, 'failed', []), error: { code: step.code, message: step.message } };
        emit('response.failed', { response: failed });
        return writes;
      }
      case 'ping':
        writes.push({ type: 'text', text: `: keep-alive${lineEnd}${lineEnd}` });
        break;
      case 'redacted':
        break;
      default:
        output.push(streamItem(step, output.length, answer, emit, cutHere));
    }
  }
  const status = statusOf(answer);
  emit(`response.${status}`, { response: finalResponse(answer, status, output) });
  return writes;
}

type ContentStep = Extract<ResolvedStep, { type: 'think' | 'say' | 'refuse' | 'call' }>;

/** @returns the finished item. `cutHere` leaves it open on the wire. */
function streamItem(step: ContentStep, index: number, answer: Answer, emit: Emit, cutHere: boolean): JsonObject {
  const item = itemOf(step, index, answer);
  const id = text(item['id']);
  const at = { item_id: id, output_index: index };
  emit('response.output_item.added', { output_index: index, item: opened(item) });
  const close = (events: () => void) => {
    if (cutHere) return;
    events();
    emit('response.output_item.done', { output_index: index, item });
  };
  switch (step.type) {
    case 'think': {
      const part = { ...at, summary_index: 0 };
      emit('response.reasoning_summary_part.added', { ...part, part: { type: 'summary_text', text: '' } });
      for (const delta of pieces(step.text, answer.oddities))
        emit('response.reasoning_summary_text.delta', { ...part, delta });
      close(() => {
        emit('response.reasoning_summary_text.done', { ...part, text: step.text });
        emit('response.reasoning_summary_part.done', { ...part, part: { type: 'summary_text', text: step.text } });
      });
      return item;
    }
    case 'say': {
      const part = { ...at, content_index: 0 };
      emit('response.content_part.added', {
        ...part,
        part: { type: 'output_text', text: '', annotations: [], logprobs: [] },
      });
      for (const delta of pieces(step.text, answer.oddities))
        emit('response.output_text.delta', { ...part, delta, logprobs: [] });
      close(() => {
        emit('response.output_text.done', { ...part, text: step.text, logprobs: [] });
        emit('response.content_part.done', {
          ...part,
          part: { type: 'output_text', text: step.text, annotations: [], logprobs: [] },
        });
      });
      return item;
    }
    case 'refuse': {
      const part = { ...at, content_index: 0 };
      emit('response.content_part.added', { ...part, part: { type: 'refusal', refusal: '' } });
      for (const delta of pieces(step.text, answer.oddities)) emit('response.refusal.delta', { ...part, delta });
      close(() => {
        emit('response.refusal.done', { ...part, refusal: step.text });
        emit('response.content_part.done', { ...part, part: { type: 'refusal', refusal: step.text } });
      });
      return item;
    }
    case 'call': {
      const freeform = step.kind === 'freeform';
      const name = freeform ? 'response.custom_tool_call_input' : 'response.function_call_arguments';
      if (step.kind !== 'search') {
        for (const delta of pieces(step.input, answer.oddities)) emit(`${name}.delta`, { ...at, delta });
      }
      close(() => {
        if (step.kind === 'search') return;
        emit(
          `${name}.done`,
          freeform ? { ...at, input: step.input } : { ...at, name: step.name, arguments: step.input },
        );
      });
      return item;
    }
  }
}

/** The item as it is announced: empty and in progress. */
function opened(item: JsonObject): JsonObject {
  switch (item['type']) {
    case 'reasoning':
      return { ...item, summary: [] };
    case 'message':
      return { ...item, status: 'in_progress', content: [] };
    case 'function_call':
      return { ...item, status: 'in_progress', arguments: '' };
    case 'custom_tool_call':
      return { ...item, status: 'in_progress', input: '' };
    default:
      return item;
  }
}

function itemOf(step: ContentStep, index: number, answer: Answer): JsonObject {
  const own = `${answer.id}${index}`;
  const status = step === answer.steps.at(-1) ? statusOf(answer) : 'completed';
  switch (step.type) {
    case 'think': {
      const state = `${STATE_PREFIX}${Buffer.from(step.text).toString('base64url')}`;
      return {
        id: `rs_${own}`,
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: step.text }],
        encrypted_content: state,
      };
    }
    case 'say':
      return {
        id: `msg_${own}`,
        type: 'message',
        status,
        role: 'assistant',
        content: [{ type: 'output_text', text: step.text, annotations: [], logprobs: [] }],
      };
    case 'refuse':
      return {
        id: `msg_${own}`,
        type: 'message',
        status,
        role: 'assistant',
        content: [{ type: 'refusal', refusal: step.text }],
      };
    case 'call':
      return callItem(step, own, status);
  }
}

function callItem(call: ResolvedCall, own: string, status: Status): JsonObject {
  const base = {
    call_id: call.callId,
    name: call.name,
    ...(call.namespace === undefined ? {} : { namespace: call.namespace }),
  };
  switch (call.kind) {
    case 'freeform':
      return { id: `ctc_${own}`, type: 'custom_tool_call', status, ...base, input: call.input };
    case 'search':
      return {
        id: `ts_${own}`,
        type: 'tool_search_call',
        status,
        call_id: call.callId,
        execution: 'client',
        arguments: parseJson(call.input) ?? {},
      };
    case 'function':
      return { id: `fc_${own}`, type: 'function_call', status, ...base, arguments: call.input };
  }
}

/** A reply in one piece. Source: https://platform.openai.com/docs/api-reference/responses/object */
export function wholeResponse(answer: Answer): Json {
  const output: JsonObject[] = [];
  for (const step of answer.steps) {
    if (step.type === 'think' || step.type === 'say' || step.type === 'refuse' || step.type === 'call') {
      output.push(itemOf(step, output.length, answer));
    }
  }
  return finalResponse(answer, statusOf(answer), output);
}

type Status = 'in_progress' | 'completed' | 'incomplete' | 'failed';

function statusOf({ finish }: Answer): 'completed' | 'incomplete' {
  return finish === 'length' || finish === 'content-filter' ? 'incomplete' : 'completed';
}

function finalResponse(answer: Answer, status: 'completed' | 'incomplete', output: readonly JsonObject[]): JsonObject {
  const reason = answer.finish === 'length' ? 'max_output_tokens' : 'content_filter';
  const { usage } = answer;
  return {
    ...response(answer, status, output),
    incomplete_details: status === 'incomplete' ? { reason } : null,
    usage: {
      input_tokens: usage.input,
      input_tokens_details: { cached_tokens: usage.cached, cache_write_tokens: 0 },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: usage.reasoning },
      total_tokens: usage.input + usage.output,
    },
  };
}

/** What the reply repeats of the request, with the API's defaults. */
function response(answer: Answer, status: Status, output: readonly JsonObject[]): JsonObject {
  const { body } = answer;
  const reasoning = object(body['reasoning']);
  const format = object(body['text'])['format'] ?? { type: 'text' };
  return {
    id: `resp_${answer.id}`,
    object: 'response',
    created_at: answer.createdAt,
    completed_at: status === 'completed' ? answer.createdAt : null,
    status,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    max_tool_calls: null,
    model: answer.model,
    output,
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    previous_response_id: null,
    prompt_cache_key: body['prompt_cache_key'] ?? null,
    reasoning: { effort: reasoning['effort'] ?? null, summary: reasoning['summary'] ?? null },
    safety_identifier: null,
    service_tier: 'default',
    store: body['store'] ?? true,
    temperature: body['temperature'] ?? 1,
    text: { format, verbosity: object(body['text'])['verbosity'] ?? 'medium' },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_logprobs: 0,
    top_p: body['top_p'] ?? 1,
    truncation: 'disabled',
    presence_penalty: body['presence_penalty'] ?? 0,
    frequency_penalty: body['frequency_penalty'] ?? 0,
    usage: null,
    user: null,
    metadata: body['metadata'] ?? {},
  };
}
