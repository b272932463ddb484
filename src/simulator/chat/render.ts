import type { Json, JsonObject } from '../../ir/json.ts';
import { object } from '../json.ts';
import type { ResolvedCall } from '../resolve.ts';
import type { ScriptFinish } from '../script.ts';
import { type Answer, pieces, type Write } from '../speaker.ts';

const FINISH = {
  stop: 'stop',
  'tool-calls': 'tool_calls',
  length: 'length',
  'content-filter': 'content_filter',
  refusal: 'stop',
} as const satisfies Record<ScriptFinish, string>;

/** Chunks as api.openai.com streams them: the role first, ids of calls in their first fragment only, usage in a chunk
 *  of its own after the finish. Source: https://platform.openai.com/docs/api-reference/chat-streaming */
export function streamChat(answer: Answer): readonly Write[] {
  const { oddities } = answer;
  const writes: Write[] = [];
  const lineEnd = oddities.lineEnd ?? '\n';
  const frame = (text: string) => writes.push({ type: 'text', text: `${text}${lineEnd}${lineEnd}` });
  const wantsUsage = object(answer.body['stream_options'])['include_usage'] === true;
  const chunk = (choices: Json, extra: JsonObject = {}) => {
    const base = { id: `chatcmpl-${answer.id}`, object: 'chat.completion.chunk', created: answer.createdAt };
    const usage = wantsUsage && oddities.usagePlace !== 'none' ? { usage: null } : {};
    frame(`data: ${JSON.stringify({ ...base, model: answer.model, choices, ...usage, ...extra })}`);
  };
  const delta = (members: JsonObject) => chunk([{ index: 0, delta: members, logprobs: null, finish_reason: null }]);
  delta({ role: 'assistant', content: '', refusal: null });
  const field = oddities.reasoningField ?? 'reasoning_content';
  let calls = 0;
  for (const step of answer.steps) {
    switch (step.type) {
      case 'think':
        if (field === 'think-tags') {
          for (const text of pieces(`<think>${step.text}</think>`, oddities)) delta({ content: text });
        } else for (const text of pieces(step.text, oddities)) delta({ content: null, [field]: text });
        break;
      case 'say':
        for (const text of pieces(step.text, oddities)) delta({ content: text });
        break;
      case 'refuse':
        for (const text of pieces(step.text, oddities)) delta({ refusal: text });
        break;
      case 'call':
        for (const fragment of callFragments(step, calls, answer)) delta({ tool_calls: [fragment] });
        calls += 1;
        break;
      case 'ping':
        frame(': keep-alive');
        break;
      case 'pause':
        writes.push(step);
        break;
      case 'fail': {
        const error = { message: step.message, type: step.code, param: null, code: step.code };
        frame(`data: ${JSON.stringify({ error })}`);
        return writes;
      }
      case 'cut':
        writes.push(step);
        return writes;
      case 'redacted':
        break;
    }
  }
  const inFinish = oddities.usagePlace === 'finish' ? { usage: chatUsage(answer) } : {};
  chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: FINISH[answer.finish] }], inFinish);
  if (wantsUsage && oddities.usagePlace === undefined) chunk([], { usage: chatUsage(answer) });
  if (oddities.doneMark !== false) frame('data: [DONE]');
  return writes;
}

function callFragments(call: ResolvedCall, index: number, answer: Answer): readonly JsonObject[] {
  const { oddities } = answer;
  const place = oddities.callIndex === false ? {} : { index };
  const id = oddities.callId === false ? {} : { id: call.callId };
  const head = { ...place, ...id, type: 'function', function: { name: call.name, arguments: '' } };
  const rest = pieces(call.input, oddities).map((text) => ({ ...place, function: { arguments: text } }));
  return [head, ...rest];
}

/** A reply in one piece. Source: https://platform.openai.com/docs/api-reference/chat/object */
export function wholeChat(answer: Answer): Json {
  const join = (type: 'say' | 'think' | 'refuse') => {
    const texts = answer.steps.flatMap((step) => (step.type === type ? [step.text] : []));
    return texts.length === 0 ? null : texts.join('');
  };
  const thought = join('think');
  const calls = answer.steps.flatMap((step) =>
    step.type === 'call'
      ? [{ id: step.callId, type: 'function', function: { name: step.name, arguments: step.input } }]
      : [],
  );
  const message = {
    role: 'assistant',
    content: join('say'),
    refusal: join('refuse'),
    ...(thought === null ? {} : { [answer.oddities.reasoningField ?? 'reasoning_content']: thought }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return {
    id: `chatcmpl-${answer.id}`,
    object: 'chat.completion',
    created: answer.createdAt,
    model: answer.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: FINISH[answer.finish] }],
    usage: chatUsage(answer),
  };
}

function chatUsage({ usage }: Answer): JsonObject {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}
