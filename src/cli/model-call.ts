import { isJsonObject, type Json, type JsonObject, parseJson } from '../ir/json.ts';
import { natural } from '../ir/usage.ts';
import { decodeSse } from '../wire/sse.ts';
import { callGateway, type Gateway } from './gateway-client.ts';

/** What one call through the gateway brought.
 *  @property provider      who answered, as the gateway names it.
 *  @property text          the answer, without reasoning.
 *  @property firstTokenMs  from the call to the first piece of text or reasoning; absent where none came.
 *  @property cut           it ended at its token limit. */
export type ModelReply =
  | {
      readonly ok: true;
      readonly provider: string;
      readonly model: string;
      readonly text: string;
      readonly inputTokens: number;
      readonly outputTokens: number;
      readonly firstTokenMs?: number;
      readonly totalMs: number;
      readonly cut: boolean;
    }
  | { readonly ok: false; readonly message: string; readonly requestId?: string };

/** @property headers  what the gateway is to keep to, beside its own policy. */
export type ModelCall = {
  readonly slug: string;
  readonly prompt: string;
  readonly maxOutputTokens: number;
  readonly timeoutMs: number;
  readonly headers: { readonly [name: string]: string };
};

/** One streamed Responses call.
 *  @throws GatewayUnreachable */
export async function callModel(gateway: Gateway, call: ModelCall): Promise<ModelReply> {
  const decoder = decodeSse();
  const reply = newReading();
  const began = performance.now();
  const answer = await callGateway(gateway, {
    method: 'POST',
    path: '/v1/responses',
    headers: { accept: 'text/event-stream', ...call.headers },
    body: {
      model: call.slug,
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: call.prompt }] }],
      max_output_tokens: call.maxOutputTokens,
      stream: true,
      store: false,
    },
    timeoutMs: call.timeoutMs,
    onText: (text) => {
      for (const frame of decoder.push(Buffer.from(text))) reply.read(parseJson(frame.data), performance.now() - began);
    },
  });
  const totalMs = performance.now() - began;
  const requestId = header(answer.headers['x-request-id']);
  const failed = (message: string): ModelReply => ({ ok: false, message, ...(requestId === '' ? {} : { requestId }) });
  if (answer.status !== 200) return failed(errorIn(parseJson(answer.text)) ?? `HTTP ${answer.status}`);
  const ended = reply.ended();
  if (ended === undefined) return failed('the reply broke off');
  if (ended.status === 'failed') return failed(errorIn(ended.response) ?? 'the call failed');
  const usage = isJsonObject(ended.response['usage']) ? ended.response['usage'] : {};
  return {
    ok: true,
    provider: header(answer.headers['x-plugboard-provider']),
    model: header(answer.headers['x-plugboard-model']),
    text: reply.text(),
    inputTokens: natural(usage['input_tokens']),
    outputTokens: natural(usage['output_tokens']),
    ...(reply.firstAt() === undefined ? {} : { firstTokenMs: reply.firstAt() ?? 0 }),
    totalMs,
    cut: ended.status === 'incomplete',
  };
}

type Ended = { readonly status: 'completed' | 'incomplete' | 'failed'; readonly response: JsonObject };

function newReading() {
  let text = '';
  let first: number | undefined;
  let end: Ended | undefined;
  return {
    read: (event: Json | undefined, at: number): void => {
      if (!isJsonObject(event)) return;
      const { type, delta, response } = event;
      if (type === 'response.output_text.delta' || type === 'response.reasoning_summary_text.delta') first ??= at;
      if (type === 'response.output_text.delta' && typeof delta === 'string') text += delta;
      const status = endOf(type);
      if (status !== undefined) end = { status, response: isJsonObject(response) ? response : {} };
    },
    text: () => text,
    firstAt: () => first,
    ended: () => end,
  };
}

function endOf(type: Json | undefined): Ended['status'] | undefined {
  switch (type) {
    case 'response.completed':
      return 'completed';
    case 'response.incomplete':
      return 'incomplete';
    case 'response.failed':
      return 'failed';
    default:
      return undefined;
  }
}

function errorIn(body: Json | undefined): string | undefined {
  const error = isJsonObject(body) ? body['error'] : undefined;
  const message = isJsonObject(error) ? error['message'] : undefined;
  return typeof message === 'string' ? message : undefined;
}

function header(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}
