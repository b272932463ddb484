import { isJsonObject, type Json, type JsonObject, parseJson } from '../../src/ir/json.ts';
import type { Ask, Told } from './cases.ts';
import type { Door, DoorReply } from './harness.ts';

/** A client of the Messages API that keeps all blocks that it is given. */
export const messagesDoor: Door = {
  protocol: 'anthropic-messages',
  path: '/v1/messages',
  judge: 'validate-anthropic.mjs',
  headers: { 'anthropic-version': '2023-06-01' },
  body: ({ model, stream, system, prompt, image, tools, schema, maxTokens, effort }: Ask): JsonObject => ({
    model,
    max_tokens: maxTokens ?? 4_096,
    ...(stream ? { stream } : {}),
    ...(system === undefined ? {} : { system }),
    messages: [
      { role: 'user', content: image === undefined ? prompt : [{ type: 'text', text: prompt }, imageBlock(image)] },
    ],
    ...(tools === undefined
      ? {}
      : { tools: tools.map(({ parameters, ...tool }) => ({ ...tool, input_schema: parameters })) }),
    ...(effort === undefined ? {} : { thinking: { type: 'adaptive' } }),
    ...(effort === undefined && schema === undefined
      ? {}
      : {
          output_config: {
            ...(effort === undefined ? {} : { effort }),
            ...(schema === undefined ? {} : { format: { type: 'json_schema', schema } }),
          },
        }),
  }),
  read: (reply) => {
    const { message, error } = gathered(reply);
    const content = objects(message['content']);
    const joined = (type: string, member: string): string =>
      content
        .filter((block) => block['type'] === type)
        .map((block) => String(block[member]))
        .join('');
    return {
      status: reply.status,
      said: joined('text', 'text'),
      thought: joined('thinking', 'thinking'),
      calls: content
        .filter((block) => block['type'] === 'tool_use')
        .map((block) => ({ name: String(block['name']), input: block['input'] })),
      finish: error === undefined ? finishOf(message) : 'error',
      tokens: isJsonObject(message['usage']) ? tokensOf(message['usage']) : undefined,
      error: typeof error?.['message'] === 'string' ? error['message'] : '',
    };
  },
  follow: (body, reply, outputs) => {
    const content = objects(gathered(reply).message['content']);
    const calls = content.filter((block) => block['type'] === 'tool_use');
    const results = calls.map((call, at) => ({
      type: 'tool_result',
      tool_use_id: call['id'] ?? '',
      content: outputs[at] ?? '',
    }));
    return {
      ...body,
      messages: [...objects(body['messages']), { role: 'assistant', content }, { role: 'user', content: results }],
    };
  },
};

function imageBlock(url: string): JsonObject {
  const [, mediaType, data] = /^data:([^;]+);base64,(.*)$/.exec(url) ?? [];
  return { type: 'image', source: { type: 'base64', media_type: mediaType ?? '', data: data ?? '' } };
}

/** A stream, or a whole reply, as its message. */
function gathered(reply: DoorReply): { readonly message: JsonObject; readonly error?: JsonObject } {
  const isStream = reply.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (!isStream) {
    const body = parseJson(reply.text);
    if (!isJsonObject(body)) throw new TypeError('the reply is no JSON object');
    return isJsonObject(body['error']) ? { message: {}, error: body['error'] } : { message: body };
  }
  let message: JsonObject = {};
  const content: JsonObject[] = [];
  let error: JsonObject | undefined;
  for (const event of eventsOf(reply.text)) {
    const at = Number(event['index']);
    const { message: begun, content_block: block, delta } = event;
    if (isJsonObject(begun)) message = begun;
    if (isJsonObject(block)) content[at] = block;
    if (event['type'] === 'content_block_delta' && isJsonObject(delta))
      content[at] = withDelta(content[at] ?? {}, delta);
    if (event['type'] === 'message_delta') message = { ...message, ...merged(message, event) };
    if (isJsonObject(event['error'])) error = event['error'];
  }
  const whole = { ...message, content: content.map(withInput) };
  return error === undefined ? { message: whole } : { message: whole, error };
}

function merged(message: JsonObject, { delta, usage }: JsonObject): JsonObject {
  const before = isJsonObject(message['usage']) ? message['usage'] : {};
  return { ...(isJsonObject(delta) ? delta : {}), usage: { ...before, ...(isJsonObject(usage) ? usage : {}) } };
}

function eventsOf(text: string): readonly JsonObject[] {
  return text
    .split('\n\n')
    .map((event) => parseJson(/^data: (.*)$/m.exec(event)?.[1] ?? ''))
    .filter(isJsonObject);
}

function withDelta(block: JsonObject, delta: JsonObject): JsonObject {
  const grown = (member: string, piece: Json | undefined): JsonObject => ({
    ...block,
    [member]: `${block[member] ?? ''}${String(piece)}`,
  });
  switch (delta['type']) {
    case 'text_delta':
      return grown('text', delta['text']);
    case 'thinking_delta':
      return grown('thinking', delta['thinking']);
    case 'signature_delta':
      return { ...block, signature: delta['signature'] };
    default:
      return grown('json', delta['partial_json']);
  }
}

function withInput(block: JsonObject): JsonObject {
  const { json, ...rest } = block;
  return typeof json === 'string' ? { ...rest, input: parseJson(json) } : rest;
}

/** `refusal` is also what a content filter is told as. */
function finishOf({ stop_reason: reason }: JsonObject): Told['finish'] {
  switch (reason) {
    case 'tool_use':
      return 'calls';
    case 'max_tokens':
      return 'length';
    case 'refusal':
      return 'refusal';
    default:
      return 'stop';
  }
}

function tokensOf(usage: JsonObject): readonly [number, number, number] {
  const cached = Number(usage['cache_read_input_tokens'] ?? 0);
  const input = Number(usage['input_tokens']) + cached + Number(usage['cache_creation_input_tokens'] ?? 0);
  return [input, cached, Number(usage['output_tokens'])];
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
