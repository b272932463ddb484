import { MARK, type ReplyFeature } from './feature.ts';
import { chat, gemini, message, messages, responses, saying } from './says.ts';

const TEXT = (text: string) => message([{ type: 'output_text', text, annotations: [] }]);
const CALL = (id: string, args: string) => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name: 'shell',
  arguments: args,
  status: 'completed',
});
const CHAT_CALL = (index: number, args: string) => ({
  index,
  id: `c${index}`,
  type: 'function',
  function: { name: 'shell', arguments: args },
});
const USE = (id: string) => ({ type: 'tool_use', id, name: 'shell', input: {} });
const JSON_DELTA = (text: string) => ({ type: 'input_json_delta', partial_json: text });
const ARGS = `{"cmd":"${MARK}"}`;
const FAILED = { error: { message: `Broken: ${MARK}`, type: 'server_error', code: 'server_error', param: null } };

/** What a provider can say, and how its clients see it. */
const REPLIES: readonly ReplyFeature[] = [
  { name: 'text', says: saying(MARK) },
  { name: 'text of a unary reply', says: saying(MARK), unary: true },
  {
    name: 'text of thinking',
    says: {
      'openai-responses': responses([
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: MARK }] },
        TEXT('Hi.'),
      ]),
      'openai-chat': chat({ reasoning_content: MARK, content: 'Hi.' }),
      'anthropic-messages': messages([
        [
          { type: 'thinking', thinking: '' },
          { type: 'thinking_delta', thinking: MARK },
          { type: 'signature_delta', signature: 'c2ln' },
        ],
        [
          { type: 'text', text: '' },
          { type: 'text_delta', text: 'Hi.' },
        ],
      ]),
      gemini: gemini([{ text: MARK, thought: true }, { text: 'Hi.' }]),
    },
  },
  {
    name: 'state of thinking, for the next turn',
    says: {
      'openai-responses': responses([
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: MARK },
        TEXT('Hi.'),
      ]),
      'openai-chat': chat({
        reasoning_details: [{ type: 'reasoning.encrypted', data: MARK, index: 0 }],
        content: 'Hi.',
      }),
      'anthropic-messages': messages([
        [
          { type: 'thinking', thinking: '' },
          { type: 'thinking_delta', thinking: 'Hm.' },
          { type: 'signature_delta', signature: MARK },
        ],
        [
          { type: 'text', text: '' },
          { type: 'text_delta', text: 'Hi.' },
        ],
      ]),
      gemini: gemini([{ functionCall: { name: 'shell', args: {} }, thoughtSignature: MARK }]),
    },
  },
  {
    name: 'redacted thinking',
    says: {
      'anthropic-messages': messages([[{ type: 'redacted_thinking', data: MARK }], [{ type: 'text', text: 'Hi.' }]]),
    },
  },
  {
    name: 'function call',
    says: {
      'openai-responses': responses([CALL('c0', ARGS)]),
      'openai-chat': chat({ tool_calls: [CHAT_CALL(0, ARGS)] }, 'tool_calls'),
      'anthropic-messages': messages([[USE('c0'), JSON_DELTA(ARGS)]], 'tool_use'),
      gemini: gemini([{ functionCall: { name: 'shell', args: { cmd: MARK } } }]),
    },
  },
  {
    name: 'parallel calls',
    says: {
      'openai-responses': responses([CALL('c0', '{"cmd":"one"}'), CALL('c1', ARGS)]),
      'openai-chat': chat({ tool_calls: [CHAT_CALL(0, '{"cmd":"one"}'), CHAT_CALL(1, ARGS)] }, 'tool_calls'),
      'anthropic-messages': messages(
        [
          [USE('c0'), JSON_DELTA('{"cmd":"one"}')],
          [USE('c1'), JSON_DELTA(ARGS)],
        ],
        'tool_use',
      ),
      gemini: gemini([
        { functionCall: { name: 'shell', args: { cmd: 'one' } } },
        { functionCall: { name: 'shell', args: { cmd: MARK } } },
      ]),
    },
    arrived: new RegExp(`one.*${MARK}`, 's'),
  },
  {
    name: 'refusal',
    says: {
      'openai-responses': responses([message([{ type: 'refusal', refusal: MARK }])]),
      'openai-chat': chat({ refusal: MARK }),
      'anthropic-messages': messages(
        [
          [
            { type: 'text', text: '' },
            { type: 'text_delta', text: MARK },
          ],
        ],
        'refusal',
      ),
      gemini: `data: ${JSON.stringify({ promptFeedback: { blockReason: 'SAFETY', blockReasonMessage: MARK } })}\n\n`,
    },
  },
  {
    name: 'end at a limit',
    says: {
      'openai-responses': responses([{ ...TEXT('Half'), status: 'incomplete' }], 'incomplete', {
        incomplete_details: { reason: 'max_output_tokens' },
      }),
      'openai-chat': chat({ content: 'Half' }, 'length'),
      'anthropic-messages': messages([[{ type: 'text', text: 'Half' }]], 'max_tokens'),
      gemini: gemini([{ text: 'Half' }], { finishReason: 'MAX_TOKENS' }),
    },
    arrived: /max_output_tokens|"finish_reason":"length"|"stop_reason":"max_tokens"/,
  },
  {
    name: 'end by a content filter',
    says: {
      'openai-responses': responses([{ ...TEXT('Half'), status: 'incomplete' }], 'incomplete', {
        incomplete_details: { reason: 'content_filter' },
      }),
      'openai-chat': chat({ content: 'Half' }, 'content_filter'),
      gemini: gemini([{ text: 'Half' }], { finishReason: 'SAFETY' }),
    },
    arrived: /"reason":"content_filter"|"finish_reason":"content_filter"|"stop_reason":"refusal"/,
  },
  {
    name: 'usage with cached and thinking tokens',
    says: {
      'openai-responses': responses([TEXT('Hi.')], 'completed', {
        usage: {
          input_tokens: 4_321,
          input_tokens_details: { cached_tokens: 1_234 },
          output_tokens: 765,
          output_tokens_details: { reasoning_tokens: 543 },
          total_tokens: 5_086,
        },
      }),
      'openai-chat': chat({ content: 'Hi.' }, 'stop', {
        prompt_tokens: 4_321,
        prompt_tokens_details: { cached_tokens: 1_234 },
        completion_tokens: 765,
        completion_tokens_details: { reasoning_tokens: 543 },
        total_tokens: 5_086,
      }),
      'anthropic-messages': messages([[{ type: 'text', text: 'Hi.' }]], 'end_turn', {
        input_tokens: 3_087,
        cache_read_input_tokens: 1_234,
      }),
      gemini: gemini(
        [{ text: 'Hi.' }],
        {},
        {
          promptTokenCount: 4_321,
          cachedContentTokenCount: 1_234,
          candidatesTokenCount: 222,
          thoughtsTokenCount: 543,
          totalTokenCount: 5_086,
        },
      ),
    },
    arrived: /4321.*1234|3087.*1234|1234.*3087/s,
  },
  {
    name: 'search that the provider ran',
    says: {
      'openai-responses': responses([
        { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: MARK } },
        TEXT('Hi.'),
      ]),
      'anthropic-messages': messages([
        [
          { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
          JSON_DELTA(`{"query":"${MARK}"}`),
        ],
        [{ type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] }],
        [{ type: 'text', text: 'Hi.' }],
      ]),
      gemini: gemini([{ text: 'Hi.' }], { groundingMetadata: { webSearchQueries: [MARK] } }),
    },
  },
  {
    name: 'sources of a text',
    says: {
      'openai-responses': responses([
        message([
          {
            type: 'output_text',
            text: 'Hi.',
            annotations: [
              { type: 'url_citation', url: `https://${MARK}.example`, title: 't', start_index: 0, end_index: 3 },
            ],
          },
        ]),
      ]),
      'openai-chat': chat({
        content: 'Hi.',
        annotations: [
          {
            type: 'url_citation',
            url_citation: { url: `https://${MARK}.example`, title: 't', start_index: 0, end_index: 3 },
          },
        ],
      }),
      'anthropic-messages': messages([
        [
          { type: 'text', text: '' },
          { type: 'text_delta', text: 'Hi.' },
          {
            type: 'citations_delta',
            citation: {
              type: 'web_search_result_location',
              url: `https://${MARK}.example`,
              title: 't',
              cited_text: 'x',
            },
          },
        ],
      ]),
      gemini: gemini([{ text: 'Hi.' }], {
        groundingMetadata: { groundingChunks: [{ web: { uri: `https://${MARK}.example` } }] },
      }),
    },
  },
  {
    name: 'phase of a text',
    says: { 'openai-responses': responses([{ ...TEXT('Hi.'), phase: 'commentary' }]) },
    arrived: /commentary/,
  },
  {
    name: 'failure in mid-stream',
    says: {
      'openai-responses': `${responses([TEXT('So far')]).split('event: response.completed')[0]}event: response.failed\ndata: ${JSON.stringify({ type: 'response.failed', response: { status: 'failed', ...FAILED } })}\n\n`,
      'openai-chat': `${chat({ content: 'So far' }).split('\n\n')[0]}\n\ndata: ${JSON.stringify(FAILED)}\n\n`,
      'anthropic-messages': `${messages([[{ type: 'text', text: 'So far' }]]).split('event: message_delta')[0]}event: error\ndata: ${JSON.stringify({ type: 'error', error: { type: 'api_error', message: MARK } })}\n\n`,
      gemini: `${gemini([{ text: 'So far' }])}data: ${JSON.stringify({ error: { code: 500, status: 'INTERNAL', message: MARK } })}\n\n`,
    },
  },
];

const GOOGLE = (code: number, status: string) => JSON.stringify({ error: { code, status, message: MARK } });
const OPENAI = (type: string, code: string) => JSON.stringify({ error: { message: MARK, type, code, param: null } });
const ANTHROPIC = (type: string) => JSON.stringify({ type: 'error', error: { type, message: MARK } });

/** Refusals before any stream. */
const ERRORS: readonly ReplyFeature[] = [
  {
    name: 'key refused',
    status: 401,
    says: {
      'openai-responses': OPENAI('invalid_request_error', 'invalid_api_key'),
      'openai-chat': OPENAI('invalid_request_error', 'invalid_api_key'),
      'anthropic-messages': ANTHROPIC('authentication_error'),
      gemini: GOOGLE(401, 'UNAUTHENTICATED'),
    },
    arrived: new RegExp(`^401 .*${MARK}`, 's'),
  },
  {
    name: 'rate limit with its wait',
    status: 429,
    headers: { 'retry-after': '7' },
    says: {
      'openai-responses': OPENAI('rate_limit_error', 'rate_limit_exceeded'),
      'openai-chat': OPENAI('rate_limit_error', 'rate_limit_exceeded'),
      'anthropic-messages': ANTHROPIC('rate_limit_error'),
      gemini: GOOGLE(429, 'RESOURCE_EXHAUSTED'),
    },
    arrived: new RegExp(`^429 .*"retry-after":"7".*${MARK}`, 's'),
  },
  {
    name: 'overload',
    status: 503,
    says: {
      'openai-responses': OPENAI('server_error', 'server_is_overloaded'),
      'openai-chat': OPENAI('server_error', 'server_is_overloaded'),
      'anthropic-messages': ANTHROPIC('overloaded_error'),
      gemini: GOOGLE(503, 'UNAVAILABLE'),
    },
    arrived: new RegExp(`^5(?:03|29) .*${MARK}`, 's'),
  },
  {
    name: 'conversation too long',
    status: 400,
    says: {
      'openai-responses': OPENAI('invalid_request_error', 'context_length_exceeded'),
      'openai-chat': OPENAI('invalid_request_error', 'context_length_exceeded'),
      'anthropic-messages': JSON.stringify({
        type: 'error',
        error: { type: 'invalid_request_error', message: `prompt is too long: ${MARK}` },
      }),
      gemini: JSON.stringify({
        error: {
          code: 400,
          status: 'INVALID_ARGUMENT',
          message: `The input token count exceeds the maximum number of tokens allowed ${MARK}`,
        },
      }),
    },
    arrived: new RegExp(
      `^4\\d\\d .*(?:context_length_exceeded.*${MARK}|${MARK}.*context_length_exceeded|invalid_request_error.*${MARK}|${MARK}.*invalid_request_error)`,
      's',
    ),
  },
];

export const REPLY_FEATURES: readonly (readonly [group: string, features: readonly ReplyFeature[]])[] = [
  ['Replies', REPLIES],
  ['Errors', ERRORS],
];
