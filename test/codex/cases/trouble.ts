import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/ir/json.ts';
import type { ProtocolId } from '../../../src/ir/protocol-id.ts';
import { attempts, httpReply, type Reply, type Scenario, say, script, think } from '../../../src/simulator/script.ts';
import { lastUserText } from '../../../src/simulator/turn.ts';
import { finalText, items, shownErrors, transcript } from '../harness/codex.ts';
import { type Case, PROVIDER_KEY } from '../harness/lab.ts';
import { run } from './work.ts';

/** Source: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const RPC_STATUS: { readonly [status: number]: string } = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

/** A provider's refusal in its own protocol's words. */
export function refusal(
  protocol: ProtocolId,
  status: number,
  type: string,
  message: string,
  code?: string,
  headers = {},
): Reply {
  const body: JsonObject =
    protocol === 'anthropic-messages'
      ? { type: 'error', error: { type, message } }
      : protocol === 'gemini'
        ? { error: { code: status, message, status: RPC_STATUS[status] ?? 'UNKNOWN' } }
        : { error: { message, type, param: null, code: code ?? null } };
  return httpReply(status, body, headers);
}

export const rateLimitCase: Case = {
  slug: 'rate-limit',
  title: '429 with Retry-After: Codex waits as long as the provider asked, then goes on',
  scenario: attempts(
    ({ protocol }) =>
      refusal(protocol, 429, 'rate_limit_error', 'Slow down.', 'rate_limit_exceeded', { 'retry-after': '1' }),
    () => script([say('After the wait.')]),
  ),
  mayFail: true,
  run: async ({ codex }) => {
    const done = await codex('hi');
    assert.equal(done.status, 0, transcript(done));
    assert.equal(finalText(done), 'After the wait.', transcript(done));
    assert.ok(done.ms > 1_000, `it took ${done.ms} ms`);
  },
};

export const unauthorizedCase: Case = {
  slug: 'unauthorized',
  title: '401: one request, and words that name the provider and the mend, never the key',
  scenario: ({ protocol }) =>
    refusal(protocol, 401, 'authentication_error', `Incorrect API key provided: ${PROVIDER_KEY}.`, 'invalid_api_key'),
  mayFail: true,
  run: async ({ codex, upstream }) => {
    const done = await codex('hi');
    assert.equal(done.status, 1, transcript(done));
    const words = shownErrors(done).join('\n');
    assert.match(words, /sim\b/, transcript(done));
    assert.match(words, /key/i, transcript(done));
    assert.match(words, /api_key|plugboard|config\.yaml/, transcript(done));
    assert.ok(!`${done.stdout}${done.stderr}`.includes(PROVIDER_KEY), 'the key showed itself');
    assert.equal(upstream().length, 1, transcript(done));
  },
};

export const OVERFLOW = {
  'openai-chat': {
    type: 'invalid_request_error',
    message: "This model's maximum context length is 128000 tokens. However, your messages resulted in 140000 tokens.",
  },
  'openai-responses': {
    type: 'invalid_request_error',
    message: 'Your input exceeds the context window of this model. Please adjust your input and try again.',
  },
  'anthropic-messages': {
    type: 'invalid_request_error',
    message: 'prompt is too long: 210000 tokens > 200000 maximum',
  },
  gemini: {
    type: 'INVALID_ARGUMENT',
    message: 'The input token count (1196265) exceeds the maximum number of tokens allowed (1048576).',
  },
} as const;

export const overflowCase: Case = {
  slug: 'overflow',
  title: 'context overflow: the words that Codex has for it',
  scenario: ({ protocol }) => {
    const { type, message } = OVERFLOW[protocol];
    return refusal(protocol, 400, type, message, 'context_length_exceeded');
  },
  mayFail: true,
  run: async ({ codex, upstream }) => {
    const done = await codex('hi');
    assert.equal(done.status, 1, transcript(done));
    assert.match(shownErrors(done).join('\n'), /ran out of room in the model's context window/, transcript(done));
    assert.equal(upstream().length, 1);
  },
};

/** Cut in a call, so that half a command lies in the stream; whole at the second try. */
const cutOnce: Scenario = (turn) => {
  if (turn.rounds > 0) return script([say('Whole this time.')]);
  const work = [say('I write.'), run('echo once >> ran.txt')];
  return turn.earlier === 0 ? script([...work, { type: 'cut', how: 'end' }]) : script(work);
};

export const cutOnceCase: Case = {
  slug: 'cut-once',
  title: 'a stream cut in a call: the call is not run until it came whole',
  scenario: cutOnce,
  mayFail: true,
  run: async ({ codex, workspace }) => {
    const done = await codex('hi');
    assert.equal(done.status, 0, transcript(done));
    assert.equal(finalText(done), 'Whole this time.', transcript(done));
    const lines = readFileSync(join(workspace.directory, 'ran.txt'), 'utf8').trim().split(/\r?\n/);
    assert.equal(lines.length, 1, transcript(done));
  },
};

export const cutAlwaysCase: Case = {
  slug: 'cut-always',
  title: 'a stream that is always cut: Codex gives up with our words, never with half an answer as whole',
  scenario: () => script([say('The answer is'), { type: 'cut', how: 'reset' }]),
  mayFail: true,
  run: async ({ codex }) => {
    const done = await codex('-c', 'model_providers.plugboard.stream_max_retries=1', 'hi');
    assert.equal(done.status, 1, transcript(done));
    const words = shownErrors(done).join('\n');
    assert.match(words, /sim\b/, transcript(done));
    assert.match(words, /ended|cut|broke|closed|reset/i, transcript(done));
  },
};

/** The token limit falls into a call: into a command, or into a patch. */
const limited: Scenario = (turn) => {
  const half = (tool: string, argumentsText: string) => ({ type: 'call', tool, input: { argumentsText } }) as const;
  const steps = lastUserText(turn).includes('patch')
    ? [half('apply_patch', '{"input":"*** Begin Patch\\n*** Add File: half.txt\\n+half')]
    : [say('I begin.'), half('exec_command', '{"cmd":"echo half > half.txt')];
  return script(steps, { finish: 'length' });
};

export const lengthCase: Case = {
  slug: 'length',
  title: 'a token limit inside a call: nothing half is run, and the user sees why',
  scenario: limited,
  mayFail: true,
  run: async ({ codex, workspace }) => {
    for (const prompt of ['run a command', 'write a patch']) {
      const done = await codex(prompt);
      assert.equal(done.status, 1, transcript(done));
      assert.match(shownErrors(done).join('\n'), /max_output_tokens/, transcript(done));
      assert.ok(!existsSync(join(workspace.directory, 'half.txt')), transcript(done));
      assert.equal(items(done, 'file_change').length + items(done, 'command_execution').length, 0, transcript(done));
    }
  },
};

export const refusalCase: Case = {
  slug: 'refusal',
  title: 'a refusal is text to Codex, which shows no refusal part',
  scenario: () => script([{ type: 'refuse', text: 'I will not do that.' }], { finish: 'refusal' }),
  run: async ({ codex, protocol }) => {
    const done = await codex('hi');
    assert.equal(done.status, 0, transcript(done));
    // The Messages API takes back what it streamed before a refusal, so words of ours stand there.
    const words = protocol === 'anthropic-messages' ? /declined/ : /^I will not do that\.$/;
    assert.match(finalText(done), words, transcript(done));
  },
};

const sound: Scenario = (turn) =>
  turn.rounds === 0 ? script([think('I stand in.'), run('echo sound')]) : script([say('The second one answers.')]);

/** Down before the stream at first, then overloaded behind its first event. */
const broken: Scenario = (turn) =>
  turn.earlier === 0
    ? refusal(turn.protocol, 503, 'overloaded_error', 'Overloaded')
    : script([{ type: 'fail', code: 'overloaded_error', message: 'Overloaded' }]);

export const fallbackCase: Case = {
  slug: 'fallback',
  title: 'a route goes on with its second model, before and inside the stream of the first',
  scenario: sound,
  route: { 'fallback-broken': broken, 'fallback-sound': sound },
  run: async ({ codex, replies, websocket }) => {
    for (const _ of ['down before the stream', 'overloaded inside it']) {
      const done = await codex('hi');
      assert.equal(done.status, 0, transcript(done));
      assert.equal(finalText(done), 'The second one answers.', transcript(done));
      assert.deepEqual(shownErrors(done), []);
    }
    if (websocket) return;
    assert.deepEqual(
      replies().map(({ headers }) => headers['x-plugboard-model']),
      Array.from({ length: 4 }, () => 'fallback-sound'),
    );
    // A session stays with the one that answered it.
    assert.deepEqual(
      replies().map(({ headers }) => headers['x-plugboard-attempts']),
      ['2', '1', '2', '1'],
    );
  },
};
