import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { JsonObject } from '../ir/json.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import {
  call,
  callFreeform,
  httpReply,
  type Reply,
  recorded,
  rounds,
  type Scenario,
  say,
  script,
  think,
} from './script.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from './server.ts';

/** The protocols whose streams have a judge. */
type Judged = Exclude<ProtocolId, 'gemini'>;

const PATHS = {
  'openai-chat': '/v1/chat/completions',
  'anthropic-messages': '/v1/messages',
  'openai-responses': '/v1/responses',
} as const satisfies Record<Judged, string>;

const JUDGES = {
  'openai-chat': ['validate-chat.mjs', 'validateCompletion'],
  'anthropic-messages': ['validate-anthropic.mjs', 'validateMessage'],
  'openai-responses': ['validate.mjs', 'validateResponse'],
} as const satisfies Record<Judged, readonly string[]>;

const PROTOCOLS: readonly Judged[] = ['openai-chat', 'anthropic-messages', 'openai-responses'];
const SCHEMA = { type: 'object', properties: { cmd: { type: 'string' } } };
const PATCH = '*** Begin Patch\n*** Add File: a.txt\n+é\n*** End Patch\n';

function requestFor(protocol: Judged, stream = true): JsonObject {
  const tools = [
    { name: 'run', schema: SCHEMA },
    { name: 'mcp__demo__add', schema: SCHEMA },
    { name: 'apply_patch', schema: { type: 'object', properties: { input: { type: 'string' } } } },
  ];
  switch (protocol) {
    case 'openai-chat':
      return {
        model: 'm',
        stream,
        ...(stream ? { stream_options: { include_usage: true } } : {}),
        messages: [{ role: 'user', content: 'hi' }],
        tools: tools.map(({ name, schema }) => ({ type: 'function', function: { name, parameters: schema } })),
      };
    case 'anthropic-messages':
      return {
        model: 'm',
        stream,
        max_tokens: 4096,
        messages: [{ role: 'user', content: 'hi' }],
        tools: tools.map(({ name, schema }) => ({ name, input_schema: schema })),
      };
    case 'openai-responses':
      return {
        model: 'm',
        stream,
        input: 'hi',
        tools: [
          { type: 'function', name: 'run', parameters: SCHEMA, strict: false },
          { type: 'custom', name: 'apply_patch' },
          {
            type: 'namespace',
            name: 'mcp__demo',
            description: 'demo',
            tools: [{ type: 'function', name: 'add', parameters: SCHEMA, strict: false }],
          },
        ],
      };
  }
}

async function withSimulator(options: SimulatorOptions, use: (simulator: Simulator) => Promise<void>): Promise<void> {
  const simulator = await startSimulator(options);
  try {
    await use(simulator);
  } finally {
    await simulator.close();
  }
}

const plays = (reply: Reply): Scenario => rounds(reply);

function post(simulator: Simulator, protocol: Judged, body: JsonObject, headers: Record<string, string> = {}) {
  return fetch(`${simulator.url}${PATHS[protocol]}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', ...headers },
    body: JSON.stringify(body),
  });
}

type Verdict = { readonly ok: boolean; readonly findings: readonly unknown[] };
type JudgeOptions = { readonly native?: boolean; readonly forbidDone?: boolean; readonly allowFailed?: boolean };
type Judge = { readonly [name: string]: (input: unknown, options: JudgeOptions) => Verdict };

/** @param whole  the reply came in one piece. */
async function judge(protocol: Judged, bytes: string, whole = false): Promise<void> {
  const [program, wholeName] = JUDGES[protocol];
  const url = new URL(`../../../shared/judge/${program}`, import.meta.url);
  if (!existsSync(url)) {
    console.log('not run: the judge of the simulator because ../shared is missing');
    return;
  }
  const judges: Judge = await import(url.href);
  const options = { native: true, forbidDone: true, allowFailed: true };
  const verdict = whole
    ? judges[wholeName]?.(JSON.parse(bytes), {})
    : judges['validateStream']?.(Buffer.from(bytes), options);
  assert.deepEqual(verdict?.findings, [], bytes);
}

const WORK = script([
  think('Wir überlegen 🤔 kurz.'),
  say('I run two commands.'),
  call('run', { cmd: 'echo 1' }),
  call('add', { cmd: '' }, 'mcp__demo'),
  callFreeform('apply_patch', PATCH),
]);

for (const protocol of PROTOCOLS) {
  test(`${protocol}: a scripted reply is what the provider would stream`, () =>
    withSimulator({ scenario: plays(WORK) }, async (simulator) => {
      const reply = await post(simulator, protocol, requestFor(protocol));
      assert.equal(reply.status, 200);
      await judge(protocol, await reply.text());
    }));

  test(`${protocol}: a refusal and a cut by length are what the provider would stream`, () =>
    withSimulator({ scenario: plays(script([say('half')], { finish: 'length' })) }, async (simulator) => {
      const reply = await post(simulator, protocol, requestFor(protocol));
      await judge(protocol, await reply.text());
    }));

  test(`${protocol}: a reply in one piece`, () =>
    withSimulator({ scenario: plays(WORK) }, async (simulator) => {
      const reply = await post(simulator, protocol, requestFor(protocol, false));
      await judge(protocol, await reply.text(), true);
    }));

  test(`${protocol}: chunks of 3 bytes and compression change no byte`, async () => {
    const once = async (delivery: NonNullable<Parameters<typeof script>[1]>['delivery']) => {
      let text = '';
      await withSimulator(
        { scenario: plays(script(WORK.steps, delivery === undefined ? {} : { delivery })) },
        async (simulator) => {
          text = await (await post(simulator, protocol, requestFor(protocol))).text();
        },
      );
      return text.replaceAll(/[0-9a-f]{20}/g, 'ID').replaceAll(/"(created|created_at|completed_at)":\d+/g, '');
    };
    const plain = await once(undefined);
    assert.equal(await once({ chunkBytes: 3 }), plain);
    for (const encoding of ['gzip', 'br', 'deflate'] as const) assert.equal(await once({ encoding }), plain);
  });

  test(`${protocol}: the wrong key is refused`, () =>
    withSimulator({ scenario: plays(WORK), key: 'right' }, async (simulator) => {
      const refused = await post(simulator, protocol, requestFor(protocol), { authorization: 'Bearer wrong' });
      assert.equal(refused.status, 401);
      const taken = await post(simulator, protocol, requestFor(protocol), { authorization: 'Bearer right' });
      assert.equal(taken.status, 200);
      await taken.text();
    }));

  test(`${protocol}: an unknown member is refused`, () =>
    withSimulator({ scenario: plays(WORK) }, async (simulator) => {
      const refused = await post(simulator, protocol, { ...requestFor(protocol), bogus: 1 });
      assert.equal(refused.status, 400);
      assert.match(await refused.text(), /bogus/);
    }));

  test(`${protocol}: an error inside the stream and a cut before the end`, async () => {
    await withSimulator(
      { scenario: plays(script([say('half'), { type: 'fail', code: 'overloaded_error', message: 'Overloaded' }])) },
      async (simulator) => {
        const text = await (await post(simulator, protocol, requestFor(protocol))).text();
        assert.match(text, /Overloaded/);
        await judge(protocol, text);
      },
    );
    await withSimulator({ scenario: plays(script([say('half'), { type: 'cut', how: 'end' }])) }, async (simulator) => {
      const text = await (await post(simulator, protocol, requestFor(protocol))).text();
      assert.match(text, /half/);
      assert.doesNotMatch(text, /DONE|message_stop|response\.completed/);
    });
    await withSimulator(
      { scenario: plays(script([say('half'), { type: 'cut', how: 'reset' }])) },
      async (simulator) => {
        const reply = await post(simulator, protocol, requestFor(protocol));
        await assert.rejects(reply.text());
      },
    );
  });
}

test('recorded bytes go out as they are, cut where asked', () =>
  withSimulator(
    { scenario: plays(recorded('data: 12345\n\n', { cut: { afterBytes: 8, how: 'end' } })) },
    async (simulator) => {
      const reply = await post(simulator, 'openai-chat', requestFor('openai-chat'));
      assert.equal(await reply.text(), 'data: 12');
    },
  ));

test('an error before the stream keeps its status, headers and body', () =>
  withSimulator(
    { scenario: plays(httpReply(429, { error: { message: 'slow' } }, { 'retry-after': '2' })) },
    async (simulator) => {
      const reply = await post(simulator, 'openai-chat', requestFor('openai-chat'));
      assert.equal(reply.status, 429);
      assert.equal(reply.headers.get('retry-after'), '2');
    },
  ));

test('a hang-up comes before any answer', () =>
  withSimulator({ scenario: plays({ type: 'hang-up' }) }, async (simulator) => {
    await assert.rejects(post(simulator, 'openai-chat', requestFor('openai-chat')));
  }));

test('a stall is silence, then the rest', () =>
  withSimulator({ scenario: plays(recorded('ab', { stall: { afterBytes: 1, ms: 40 } })) }, async (simulator) => {
    const reply = await post(simulator, 'openai-chat', requestFor('openai-chat'));
    const started = performance.now();
    assert.equal(await reply.text(), 'ab');
    assert.ok(performance.now() - started > 20);
  }));

test('a script that calls a tool nobody offered says so', () =>
  withSimulator({ scenario: plays(script([call('fly', {})])) }, async (simulator) => {
    const reply = await post(simulator, 'openai-chat', requestFor('openai-chat'));
    assert.equal(reply.status, 500);
    assert.match(await reply.text(), /calls fly, which is not among the offered tools: run/);
  }));

test('requests are recorded, compressed ones too, and model lists answered', () =>
  withSimulator({ scenario: plays(WORK), models: ['a', 'b'], ollama: { version: '0.13.4' } }, async (simulator) => {
    const list = await fetch(`${simulator.url}/v1/models`);
    assert.match(await list.text(), /"id":"b"/);
    const pulled = await fetch(`${simulator.url}/api/pull`, { method: 'POST', body: '{"model":"c"}' });
    assert.match(await pulled.text(), /success/);
    assert.match(await (await fetch(`${simulator.url}/api/tags`)).text(), /"name":"c"/);
    assert.deepEqual(
      simulator.requests.map((request) => request.path),
      ['/v1/models', '/api/pull', '/api/tags'],
    );
    assert.deepEqual(simulator.requests[1]?.body, { model: 'c' });
  }));
