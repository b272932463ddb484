import { isJsonObject, type Json, type JsonObject, parseJson } from '../../src/ir/json.ts';
import type { Ask, Told } from './cases.ts';
import type { Door, DoorReply } from './harness.ts';

/** A client of the Responses API that gives the items of a reply back as they came, as Codex does. */
export const responsesDoor: Door = {
  protocol: 'openai-responses',
  path: '/v1/responses',
  judge: 'validate.mjs',
  headers: {},
  body: ({ model, stream, system, prompt, image, tools, schema, maxTokens, effort }: Ask): JsonObject => ({
    model,
    ...(stream ? { stream } : {}),
    store: false,
    include: ['reasoning.encrypted_content'],
    ...(system === undefined ? {} : { instructions: system }),
    input: [
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: prompt },
          ...(image === undefined ? [] : [{ type: 'input_image', image_url: image, detail: 'high' }]),
        ],
      },
    ],
    ...(tools === undefined
      ? {}
      : { tools: tools.map((tool) => ({ type: 'function', strict: false, ...tool })), parallel_tool_calls: true }),
    ...(schema === undefined
      ? {}
      : { text: { format: { type: 'json_schema', name: 'answer', schema, strict: true } } }),
    ...(maxTokens === undefined ? {} : { max_output_tokens: maxTokens }),
    ...(effort === undefined ? {} : { reasoning: { effort, summary: 'auto' } }),
  }),
  read: (reply) => {
    const { response, said, error } = gathered(reply);
    const output = objects(response['output']);
    const parts = output.flatMap((item) => (item['type'] === 'message' ? objects(item['content']) : []));
    const thoughts = output.flatMap((item) => (item['type'] === 'reasoning' ? objects(item['summary']) : []));
    const calls = output.filter((item) => item['type'] === 'function_call');
    const refused = parts.some((part) => part['type'] === 'refusal');
    const { usage } = response;
    return {
      status: reply.status,
      said: error === undefined ? parts.map((part) => textOf(part['text'] ?? part['refusal'])).join('') : said,
      thought: thoughts.map((part) => textOf(part['text'])).join('\n\n'),
      calls: calls.map((call) => ({ name: textOf(call['name']), input: parseJson(textOf(call['arguments'])) })),
      finish: error === undefined ? finishOf(response, calls.length > 0, refused) : 'error',
      tokens: isJsonObject(usage) ? tokensOf(usage) : undefined,
      error: textOf(error?.['message']),
    };
  },
  follow: (body, reply, outputs) => {
    const items = objects(gathered(reply).response['output']);
    const calls = items.filter((item) => item['type'] === 'function_call');
    const answers = calls.map((call, at) => ({
      type: 'function_call_output',
      call_id: call['call_id'] ?? '',
      output: outputs[at] ?? '',
    }));
    return { ...body, input: [...objects(body['input']), ...items, ...answers] };
  },
};

type Gathered = { readonly response: JsonObject; readonly said: string; readonly error?: JsonObject };

/** The last response object of a stream, or the one of a unary reply. @property said  the text that streamed. */
function gathered(reply: DoorReply): Gathered {
  if (reply.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    const body = parseJson(reply.text);
    const response = isJsonObject(body) ? body : {};
    return { response, said: '', ...errorIn(response) };
  }
  let response: JsonObject = {};
  let said = '';
  for (const event of eventsOf(reply.text)) {
    if (isJsonObject(event['response'])) response = event['response'];
    if (event['type'] === 'response.output_text.delta') said += textOf(event['delta']);
  }
  return { response, said, ...errorIn(response) };
}

function errorIn(response: JsonObject): { readonly error?: JsonObject } {
  return isJsonObject(response['error']) ? { error: response['error'] } : {};
}

function eventsOf(text: string): readonly JsonObject[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => parseJson(line.slice('data: '.length)))
    .filter(isJsonObject);
}

function finishOf(response: JsonObject, called: boolean, refused: boolean): Told['finish'] {
  const details = isJsonObject(response['incomplete_details']) ? response['incomplete_details'] : {};
  if (details['reason'] === 'max_output_tokens') return 'length';
  if (details['reason'] === 'content_filter') return 'filtered';
  if (called) return 'calls';
  return refused ? 'refusal' : 'stop';
}

function tokensOf(usage: JsonObject): readonly [number, number, number] {
  const details = isJsonObject(usage['input_tokens_details']) ? usage['input_tokens_details'] : {};
  return [Number(usage['input_tokens']), Number(details['cached_tokens']), Number(usage['output_tokens'])];
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
