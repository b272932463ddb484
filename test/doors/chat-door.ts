import { isJsonObject, type Json, type JsonObject, parseJson } from '../../src/ir/json.ts';
import type { Ask, Told } from './cases.ts';
import type { Door, DoorReply } from './harness.ts';

/** A client of Chat Completions that keeps all members of the messages that it is given. */
export const chatDoor: Door = {
  protocol: 'openai-chat',
  path: '/v1/chat/completions',
  judge: 'validate-chat.mjs',
  headers: {},
  body: ({ model, stream, system, prompt, image, tools, schema, maxTokens, effort }: Ask): JsonObject => ({
    model,
    ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
    messages: [
      ...(system === undefined ? [] : [{ role: 'system', content: system }]),
      {
        role: 'user',
        content:
          image === undefined
            ? prompt
            : [
                { type: 'text', text: prompt },
                { type: 'image_url', image_url: { url: image, detail: 'high' } },
              ],
      },
    ],
    ...(tools === undefined
      ? {}
      : { tools: tools.map((tool) => ({ type: 'function', function: tool })), parallel_tool_calls: true }),
    ...(schema === undefined
      ? {}
      : { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } } }),
    ...(maxTokens === undefined ? {} : { max_completion_tokens: maxTokens }),
    ...(effort === undefined ? {} : { reasoning_effort: effort }),
  }),
  read: (reply) => {
    const { message, finish, usage, error } = gathered(reply);
    const { content, refusal, reasoning_content: thought } = message;
    return {
      status: reply.status,
      said: [content, refusal].filter((text) => typeof text === 'string').join(''),
      thought: typeof thought === 'string' ? thought : '',
      calls: objects(message['tool_calls']).map((call) => {
        const called = isJsonObject(call['function']) ? call['function'] : {};
        return { name: String(called['name']), input: parseJson(String(called['arguments'])) };
      }),
      finish: error === undefined ? finishOf(finish, typeof refusal === 'string' && refusal !== '') : 'error',
      tokens: usage === undefined ? undefined : tokensOf(usage),
      error: typeof error?.['message'] === 'string' ? error['message'] : '',
    };
  },
  follow: (body, reply, outputs) => {
    const { message } = gathered(reply);
    const calls = objects(message['tool_calls']);
    return {
      ...body,
      messages: [
        ...objects(body['messages']),
        message,
        ...calls.map((call, at) => ({ role: 'tool', tool_call_id: call['id'] ?? '', content: outputs[at] ?? '' })),
      ],
    };
  },
};

type Gathered = {
  readonly message: JsonObject;
  readonly finish: string;
  readonly usage?: JsonObject;
  readonly error?: JsonObject;
};

/** A stream, or a whole completion, as its message. */
function gathered(reply: DoorReply): Gathered {
  const isStream = reply.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const bodies = isStream ? chunksOf(reply.text) : [parseJson(reply.text)].filter(isJsonObject);
  let message: JsonObject = { role: 'assistant', content: null };
  let finish = '';
  let usage: JsonObject | undefined;
  let error: JsonObject | undefined;
  for (const body of bodies) {
    if (isJsonObject(body['error'])) error = body['error'];
    if (isJsonObject(body['usage'])) usage = body['usage'];
    const [choice] = objects(body['choices']);
    if (choice === undefined) continue;
    if (isJsonObject(choice['message'])) message = choice['message'];
    if (isJsonObject(choice['delta'])) message = withDelta(message, choice['delta']);
    if (typeof choice['finish_reason'] === 'string') finish = choice['finish_reason'];
  }
  return { message, finish, ...(usage === undefined ? {} : { usage }), ...(error === undefined ? {} : { error }) };
}

function chunksOf(text: string): readonly JsonObject[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => parseJson(event.slice('data: '.length)))
    .filter(isJsonObject);
}

function withDelta(message: JsonObject, delta: JsonObject): JsonObject {
  const merged: { [name: string]: Json | undefined } = { ...message };
  for (const name of ['content', 'refusal', 'reasoning_content']) {
    const piece = delta[name];
    if (typeof piece === 'string') merged[name] = (typeof merged[name] === 'string' ? merged[name] : '') + piece;
  }
  if (Array.isArray(delta['reasoning_details'])) {
    merged['reasoning_details'] = [...objects(merged['reasoning_details']), ...delta['reasoning_details']];
  }
  for (const fragment of objects(delta['tool_calls'])) {
    const calls = [...objects(merged['tool_calls'])];
    const at = Number(fragment['index']);
    const { index: _, ...fresh } = fragment;
    const before = calls[at];
    const piece = isJsonObject(fragment['function']) ? fragment['function']['arguments'] : '';
    const called = isJsonObject(before?.['function']) ? before['function'] : {};
    calls[at] =
      before === undefined
        ? fresh
        : { ...before, function: { ...called, arguments: `${called['arguments']}${String(piece)}` } };
    merged['tool_calls'] = calls;
  }
  return merged;
}

function finishOf(reason: string, refused: boolean): Told['finish'] {
  switch (reason) {
    case 'tool_calls':
      return 'calls';
    case 'length':
      return 'length';
    case 'content_filter':
      return 'filtered';
    default:
      return refused ? 'refusal' : 'stop';
  }
}

function tokensOf(usage: JsonObject): readonly [number, number, number] {
  const details = isJsonObject(usage['prompt_tokens_details']) ? usage['prompt_tokens_details'] : {};
  return [Number(usage['prompt_tokens']), Number(details['cached_tokens']), Number(usage['completion_tokens'])];
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
