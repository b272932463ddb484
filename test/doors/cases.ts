/** What every door must carry from every upstream protocol, in no protocol's words. */
import type { JsonObject } from '../../src/ir/json.ts';
import {
  call,
  httpReply,
  type Reply,
  type Scenario,
  type Step,
  say,
  script,
  think,
} from '../../src/simulator/script.ts';
import type { Turn } from '../../src/simulator/turn.ts';

/** What a client asks.
 *  @property image   a data URL, beside the prompt.
 *  @property schema  the answer must be JSON of this schema. */
export type Ask = {
  readonly model: string;
  readonly stream: boolean;
  readonly system?: string;
  readonly prompt: string;
  readonly image?: string;
  readonly tools?: readonly AskedTool[];
  readonly schema?: JsonObject;
  readonly maxTokens?: number;
  readonly effort?: string;
};
export type AskedTool = { readonly name: string; readonly description: string; readonly parameters: JsonObject };

/** What a client was told.
 *  @property said    text and refusal, as a person reads them.
 *  @property calls   name and parsed arguments.
 *  @property finish  `error` for a failure in mid-stream too.
 *  @property tokens  input (cached ones among them), cached, output.
 *  @property error   the failure's words; '' where there was none. */
export type Told = {
  readonly status: number;
  readonly said: string;
  readonly thought: string;
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
  readonly finish: 'stop' | 'calls' | 'length' | 'filtered' | 'refusal' | 'error';
  readonly tokens: readonly [input: number, cached: number, output: number] | undefined;
  readonly error: string;
};

/** What is compared of a reply: exact values, or patterns of texts.
 *  @property outputs  given back for the reply's calls, in order, before the next turn.
 *  @property unary    what is different in a unary reply. */
export type Expected = { readonly [K in keyof Told]?: Told[K] | RegExp } & {
  readonly outputs?: readonly string[];
  readonly unary?: { readonly [K in keyof Told]?: Told[K] | RegExp };
};

export type DoorCase = {
  readonly name: string;
  readonly ask: Omit<Ask, 'model' | 'stream'>;
  readonly scenario: Scenario;
  readonly turns: readonly Expected[];
  /** The upstream fails on purpose. */
  readonly mayFail?: boolean;
};

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const TEXT = 'Grüße aus Köln 👋🏽, and a "quoted" line\nwith a break — 漢字.';
const USAGE = { input: 120, cached: 20, output: 40, reasoning: 0 };

const WEATHER: AskedTool = {
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
};
const TIME: AskedTool = {
  name: 'get-time',
  description: 'The time of a city.',
  parameters: {
    type: 'object',
    properties: { zone: { type: 'string' } },
    required: ['zone'],
    additionalProperties: false,
  },
};

const always =
  (...steps: readonly Step[]): Scenario =>
  () =>
    script(steps, { usage: USAGE });

/** A refusal of the provider, in the words of the protocol that it was asked in. */
export function refusedWith(
  status: number,
  type: string,
  message: string,
  headers: { readonly [name: string]: string } = {},
): (turn: Turn) => Reply {
  return ({ protocol }) =>
    httpReply(
      status,
      protocol === 'anthropic-messages'
        ? { type: 'error', error: { type, message } }
        : { error: { message, type, param: null, code: type } },
      headers,
    );
}

export const CASES: readonly DoorCase[] = [
  {
    name: 'text',
    ask: { system: 'Be short.', prompt: 'Say something.' },
    scenario: always(say(TEXT)),
    turns: [{ status: 200, said: TEXT, thought: '', calls: [], finish: 'stop', tokens: [120, 20, 40], error: '' }],
  },
  {
    name: 'reasoning',
    ask: { prompt: 'Think.', effort: 'high' },
    scenario: () => script([think('First this,\nthen that.'), say('Done.')], { usage: { ...USAGE, reasoning: 30 } }),
    turns: [{ said: 'Done.', thought: 'First this,\nthen that.', finish: 'stop', tokens: [120, 20, 40] }],
  },
  {
    name: 'parallel-calls',
    ask: { prompt: 'Weather and time?', tools: [WEATHER, TIME], effort: 'low' },
    scenario: (turn) =>
      turn.rounds > 0
        ? script([say(`It is ${turn.results.map(({ text }) => text).join(' and ')}.`)])
        : script([
            think('Both tools.'),
            say('Let me look.'),
            call('get_weather', { city: 'Köln "am Rhein"' }),
            call('get-time', { zone: 'CET' }),
          ]),
    turns: [
      {
        said: 'Let me look.',
        thought: 'Both tools.',
        finish: 'calls',
        calls: [
          { name: 'get_weather', input: { city: 'Köln "am Rhein"' } },
          { name: 'get-time', input: { zone: 'CET' } },
        ],
        outputs: ['rainy', 'noon'],
      },
      { said: 'It is rainy and noon.', finish: 'stop' },
    ],
  },
  {
    name: 'image',
    ask: { prompt: 'What is this?', image: PIXEL },
    scenario: (turn) => script([say(`I see ${turn.images}.`)]),
    turns: [{ said: 'I see 1.', finish: 'stop' }],
  },
  {
    name: 'structured-output',
    ask: {
      prompt: 'An animal as JSON.',
      schema: {
        type: 'object',
        properties: { animal: { type: 'string' } },
        required: ['animal'],
        additionalProperties: false,
      },
    },
    scenario: (turn) =>
      script([
        say(`{"animal":"${turn.schema !== undefined || turn.instructions.includes('"animal"') ? 'cat' : 'none'}"}`),
      ]),
    turns: [{ said: '{"animal":"cat"}', finish: 'stop' }],
  },
  {
    name: 'refusal',
    ask: { prompt: 'Do harm.' },
    scenario: () => script([{ type: 'refuse', text: 'I will not.' }], { finish: 'refusal' }),
    turns: [{ status: 200, said: /^I will not\./, finish: /^(refusal|stop)$/, calls: [] }],
  },
  {
    name: 'length',
    ask: { prompt: 'Go on for ever.', maxTokens: 16 },
    scenario: () => script([say('and on and on')], { finish: 'length' }),
    turns: [{ said: 'and on and on', finish: 'length' }],
  },
  {
    name: 'content-filter',
    ask: { prompt: 'Say a bad word.' },
    scenario: () => script([say('The word is')], { finish: 'content-filter' }),
    turns: [{ said: /^The word is/, finish: /^(filtered|refusal)$/ }],
  },
  {
    name: 'rate-limited',
    ask: { prompt: 'Hello.' },
    scenario: refusedWith(429, 'rate_limit_error', 'Too fast; slow down.', { 'retry-after': '7' }),
    turns: [{ status: 429, error: /Too fast; slow down/, finish: 'error' }],
  },
  {
    name: 'key-refused',
    ask: { prompt: 'Hello.' },
    scenario: refusedWith(401, 'authentication_error', 'The key is wrong.'),
    turns: [{ status: 401, error: /The key is wrong/, finish: 'error' }],
  },
  {
    name: 'overflow',
    ask: { prompt: 'Hello.' },
    scenario: refusedWith(400, 'invalid_request_error', 'prompt is too long: 300000 tokens > 200000 maximum'),
    turns: [{ status: 400, error: /prompt is too long/, finish: 'error' }],
  },
  {
    name: 'failure-in-mid-stream',
    ask: { prompt: 'Hello.' },
    scenario: always(say('So far so'), { type: 'fail', code: 'overloaded_error', message: 'The engine gave up.' }),
    turns: [
      {
        status: 200,
        said: 'So far so',
        error: /The engine gave up/,
        finish: 'error',
        unary: { status: /^(5\d\d)$/, said: '' },
      },
    ],
    mayFail: true,
  },
  {
    name: 'cut-in-mid-stream',
    ask: { prompt: 'Hello.' },
    scenario: always(say('So far so'), { type: 'cut', how: 'reset' }),
    turns: [{ status: 200, said: 'So far so', error: /./, finish: 'error', unary: { status: /^5\d\d$/, said: '' } }],
    mayFail: true,
  },
];
