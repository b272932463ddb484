import { type Json, type JsonObject, parseJson } from '../../ir/json.ts';
import type { ResolvedStep } from '../resolve.ts';
import type { ScriptFinish } from '../script.ts';
import { type Answer, pieces, type Write } from '../speaker.ts';
import { signatureOf } from './signature.ts';

const STOP_REASON = {
  stop: 'end_turn',
  'tool-calls': 'tool_use',
  length: 'max_tokens',
  'content-filter': 'refusal',
  refusal: 'refusal',
} as const satisfies Record<ScriptFinish, string>;

/** Events as api.anthropic.com streams them. Source: https://platform.claude.com/docs/en/build-with-claude/streaming */
export function streamMessages(answer: Answer): readonly Write[] {
  const writes: Write[] = [];
  const lineEnd = answer.oddities.lineEnd ?? '\n';
  const event = (type: string, members: JsonObject = {}) => {
    const data = JSON.stringify({ type, ...members });
    writes.push({ type: 'text', text: `event: ${type}${lineEnd}data: ${data}${lineEnd}${lineEnd}` });
  };
  const head = { ...message(answer), content: [], stop_reason: null, usage: { ...usage(answer), output_tokens: 1 } };
  event('message_start', { message: head });
  let index = 0;
  const block = (start: JsonObject, deltas: readonly JsonObject[], last: boolean) => {
    event('content_block_start', { index, content_block: start });
    if (index === 0) event('ping');
    for (const delta of deltas) event('content_block_delta', { index, delta });
    if (!last) event('content_block_stop', { index });
    index += 1;
  };
  for (const [place, step] of answer.steps.entries()) {
    const next = answer.steps[place + 1];
    const cutHere = next !== undefined && (next.type === 'cut' || next.type === 'fail');
    const parts = blockOf(step, answer);
    if (parts !== undefined) block(parts.start, parts.deltas, cutHere);
    else if (step.type === 'ping') event('ping');
    else if (step.type === 'pause') writes.push(step);
    else if (step.type === 'fail') {
      event('error', { error: { type: step.code, message: step.message }, request_id: `req_${answer.id}` });
      return writes;
    } else if (step.type === 'cut') {
      writes.push(step);
      return writes;
    }
  }
  event('message_delta', {
    delta: { stop_reason: STOP_REASON[answer.finish], stop_sequence: null },
    usage: usage(answer),
  });
  event('message_stop');
  return writes;
}

function blockOf(step: ResolvedStep, answer: Answer): { start: JsonObject; deltas: readonly JsonObject[] } | undefined {
  const { oddities } = answer;
  switch (step.type) {
    case 'think':
      return {
        start: { type: 'thinking', thinking: '', signature: '' },
        deltas: [
          ...pieces(step.text, oddities).map((thinking) => ({ type: 'thinking_delta', thinking })),
          { type: 'signature_delta', signature: signatureOf(step.text) },
        ],
      };
    case 'redacted':
      return { start: { type: 'redacted_thinking', data: step.data }, deltas: [] };
    case 'say':
    case 'refuse':
      return {
        start: { type: 'text', text: '' },
        deltas: pieces(step.text, oddities).map((text) => ({ type: 'text_delta', text })),
      };
    case 'call':
      return {
        start: { type: 'tool_use', id: step.callId, name: step.name, input: {} },
        deltas: ['', ...pieces(step.input, oddities)].map((partial_json) => ({
          type: 'input_json_delta',
          partial_json,
        })),
      };
    default:
      return undefined;
  }
}

/** A reply in one piece. Source: https://platform.claude.com/docs/en/api/messages */
export function wholeMessage(answer: Answer): Json {
  const content = answer.steps.flatMap((step): readonly JsonObject[] => {
    switch (step.type) {
      case 'think':
        return [{ type: 'thinking', thinking: step.text, signature: signatureOf(step.text) }];
      case 'redacted':
        return [{ type: 'redacted_thinking', data: step.data }];
      case 'say':
      case 'refuse':
        return [{ type: 'text', text: step.text }];
      case 'call':
        return [{ type: 'tool_use', id: step.callId, name: step.name, input: parseJson(step.input) ?? {} }];
      default:
        return [];
    }
  });
  return { ...message(answer), content, stop_reason: STOP_REASON[answer.finish], usage: usage(answer) };
}

function message(answer: Answer): JsonObject {
  return { id: `msg_${answer.id}`, type: 'message', role: 'assistant', model: answer.model, stop_sequence: null };
}

/** Cached tokens stand beside the input count here, not inside it. */
function usage({ usage: tokens }: Answer): JsonObject {
  return {
    input_tokens: tokens.input - tokens.cached - tokens.written,
    cache_creation_input_tokens: tokens.written,
    cache_read_input_tokens: tokens.cached,
    output_tokens: tokens.output,
  };
}
