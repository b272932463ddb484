/** The real Claude Code through the gateway, on a simulated provider of every protocol. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isJsonObject } from '../../src/ir/json.ts';
import { PROTOCOL_IDS, type ProtocolId } from '../../src/ir/protocol-id.ts';
import { attempts, call, httpReply, type Scenario, say, script, think } from '../../src/simulator/script.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import type { Turn } from '../../src/simulator/turn.ts';
import { PIXEL_PNG } from '../codex/fixtures/pixel.ts';
import { startGateway } from '../codex/harness/gateway.ts';
import { startRecorder } from '../codex/harness/recorder.ts';
import { refusedWith } from '../doors/cases.ts';
import { PROVIDER_KEY, type Stage, startStage } from '../doors/harness.ts';
import { keepsPrefix, parting } from '../prefix/law.ts';
import {
  blocksOf,
  type ClaudeOptions,
  type ClaudeRun,
  claudeBinary,
  claudeWorkspace,
  resultOf,
  runClaude,
  transcript,
} from './harness/claude.ts';

const usage = { input: 1_000, cached: 400, output: 60 };
const DONE = () => script([say('All done: ünïcode 🌍.')], { usage });
/** Claude Code calls its tools by absolute paths, which the simulated model reads out of what it is told. */
const directoryOf = (turn: Turn): string =>
  /Primary working directory: (\S+)/.exec([turn.instructions, ...turn.userTexts].join('\n'))?.[1] ?? '/nowhere';

/** Looks and runs a command at once, then edits, then says so. */
const work: Scenario = (turn) => {
  const readme = join(directoryOf(turn), 'README.md');
  if (turn.rounds === 0)
    return script(
      [
        think('I look before I write.'),
        say('Let me look.'),
        call('Bash', { command: 'echo out of the shell > made.txt && cat made.txt', description: 'Makes a file' }),
        call('Read', { file_path: readme }),
      ],
      { usage, delivery: { chunkBytes: 9 } },
    );
  if (turn.rounds === 1)
    return script(
      [think('Now I write.'), call('Edit', { file_path: readme, old_string: 'hello', new_string: 'hello world' })],
      {
        usage,
      },
    );
  return DONE();
};

const search: Scenario = (turn) => {
  if (turn.rounds === 0) return script([call('ToolSearch', { query: 'select:WebFetch', max_results: 5 })], { usage });
  return script([say(`WebFetch: ${turn.tools.some((tool) => tool.name === 'WebFetch')}`)], { usage });
};

/** Its window is full once the first tool has answered; the summary of what was said fits. */
const overflows: Scenario = (turn) => {
  if (turn.rounds === 0 && turn.earlier === 0)
    return script([call('Bash', { command: 'echo hi', description: 'Says hi' })], { usage });
  if (turn.earlier === 1)
    return httpReply(400, {
      error: {
        message: "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.",
        type: 'invalid_request_error',
        code: 'context_length_exceeded',
      },
    });
  return turn.earlier === 2 ? script([say('<summary>Hi was said.</summary>')]) : DONE();
};

/** One agent asks another, which has the same model. */
const delegates: Scenario = (turn) => {
  if (turn.userTexts.some((text) => text.includes('SUBTASK'))) return script([say('The answer is 42.')], { usage });
  if (turn.rounds === 0)
    return script(
      [call('Agent', { description: 'Ask', prompt: 'SUBTASK: answer.', subagent_type: 'general-purpose' })],
      {
        usage,
      },
    );
  return script([say(`It said: ${/The answer is 42/.exec(turn.results.at(-1)?.text ?? '')?.[0]}.`)], { usage });
};

const look: Scenario = (turn) =>
  turn.rounds === 0
    ? script([call('Read', { file_path: join(directoryOf(turn), 'pixel.png') })], { usage })
    : script([say(`I see ${turn.images}.`)], { usage });

const SCENARIOS = {
  work,
  search,
  look,
  overflows,
  delegates,
  closed: refusedWith(401, 'authentication_error', 'The key is wrong.'),
  recovers: attempts(
    () => httpReply(503, { error: { message: 'Full house.' } }, { 'retry-after': '1' }),
    () => script([say('Half a rep'), { type: 'fail', code: 'overloaded_error', message: 'Broke.' }]),
    DONE,
  ),
  declines: () => script([{ type: 'refuse', text: 'I must decline this one.' }], { finish: 'refusal' }),
};

const binary = claudeBinary();
if (binary === undefined) console.log('not run: Claude Code, because its binary for this platform is not installed');

describe('Claude Code on the Messages door', { skip: binary === undefined, concurrency: 2 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage(SCENARIOS);
  });
  after(() => stage.close());

  type Played = { readonly run: ClaudeRun; readonly directory: string; readonly home: string };
  async function play(
    upstream: ProtocolId,
    name: keyof typeof SCENARIOS,
    check: (played: Played) => void | Promise<void>,
    options: Partial<ClaudeOptions> = {},
  ): Promise<void> {
    const { directory, home, remove } = claudeWorkspace();
    try {
      writeFileSync(join(directory, 'pixel.png'), Buffer.from(PIXEL_PNG.split(',')[1] ?? PIXEL_PNG, 'base64'));
      const { gateway } = stage;
      const model = stage.slug(upstream, name);
      const run = await runClaude(binary ?? '', { gateway, model, prompt: 'Go.', directory, home, ...options });
      await check({ run, directory, home });
    } finally {
      remove();
    }
  }

  for (const upstream of PROTOCOL_IDS) {
    test(`runs a command, reads, edits, thinks and counts, on ${upstream}`, async () => {
      await play(upstream, 'work', ({ run, directory }) => {
        const result = resultOf(run);
        assert.deepEqual([run.status, result['is_error']], [0, false], transcript(run));
        assert.equal(result['result'], 'All done: ünïcode 🌍.');
        assert.equal(readFileSync(join(directory, 'README.md'), 'utf8'), 'hello world\n');
        assert.equal(readFileSync(join(directory, 'made.txt'), 'utf8'), 'out of the shell\n');
        const said = blocksOf(run, 'assistant').flatMap(
          (block) => block['thinking'] ?? block['text'] ?? block['name'] ?? [],
        );
        assert.deepEqual(said, [
          'I look before I write.',
          'Let me look.',
          'Bash',
          'Read',
          'Now I write.',
          'Edit',
          'All done: ünïcode 🌍.',
        ]);
        assert.ok(
          blocksOf(run, 'user').every((block) => block['is_error'] !== true),
          transcript(run),
        );
        const counted = Object(result['usage']);
        assert.deepEqual(
          [counted.input_tokens, counted.cache_read_input_tokens, counted.output_tokens],
          [1_800, 1_200, 180],
          transcript(run),
        );
      });
      // What the model thought, and what its tools said, came back to it; nothing of the person or the machine did.
      const requests = stage.seen(stage.slug(upstream, 'work'));
      const last = JSON.stringify(requests.at(-1)?.body);
      if (upstream === 'openai-chat' || upstream === 'anthropic-messages') assert.match(last, /I look before I write/);
      assert.match(last, /out of the shell/);
      for (const { body, headers } of requests) {
        assert.doesNotMatch(JSON.stringify(body), /device_id|x-anthropic-billing|pb1:|toolu_pb/);
        assert.ok(Object.keys(headers).every((name) => !/claude|stainless|x-app/.test(name)));
        assert.match(JSON.stringify(headers), new RegExp(PROVIDER_KEY));
      }
      for (const [at, { body }] of requests.entries()) {
        const before = requests[at - 1]?.body;
        if (!isJsonObject(body) || !isJsonObject(before)) continue;
        assert.ok(keepsPrefix(before, body), JSON.stringify(parting(before, body), null, 1));
      }
      const first = JSON.stringify(requests[0]?.body);
      assert.ok(
        !first.includes('DeferredToolPlaceholder') && !first.includes('"WebFetch"'),
        'a deferred tool is not offered',
      );
    });

    test(`finds a deferred tool by its own search, on ${upstream}`, async () => {
      await play(upstream, 'search', ({ run }) =>
        assert.equal(resultOf(run)['result'], 'WebFetch: true', transcript(run)),
      );
    });
  }

  test('asks another agent, and reads what that says', async () => {
    await play(
      'openai-chat',
      'delegates',
      ({ run }) => assert.match(run.stdout, /It said: The answer is 42/, transcript(run)),
      { args: ['--allowedTools', 'Agent'], environment: { CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1' } },
    );
  });

  test('shows a picture to the model', async () => {
    for (const upstream of ['openai-chat', 'gemini'] as const)
      await play(upstream, 'look', ({ run }) => assert.equal(resultOf(run)['result'], 'I see 1.', transcript(run)));
  });

  test("shows the provider's words where its key is refused, and asks once", async () => {
    await play('openai-chat', 'closed', ({ run }) => {
      const result = resultOf(run);
      assert.equal(result['is_error'], true);
      assert.match(String(result['result']), /The key is wrong/, transcript(run));
    });
    assert.equal(stage.seen(stage.slug('openai-chat', 'closed')).length, 1);
  });

  test('waits and tries again where a provider is overloaded, before and in mid-stream', async () => {
    await play('openai-chat', 'recovers', ({ run }) =>
      assert.equal(resultOf(run)['result'], 'All done: ünïcode 🌍.', transcript(run)),
    );
    assert.equal(stage.seen(stage.slug('openai-chat', 'recovers')).length, 3);
  });

  test("passes its maker's provider the bytes that it sends, and back what that says", async () => {
    const simulator = await startSimulator({ scenario: work, models: ['claude-x'], key: PROVIDER_KEY, rules: 'plain' });
    const gateway = await startGateway(`providers:
  anthropic: { preset: anthropic, base_url: "${simulator.url}/v1", api_key: "${PROVIDER_KEY}" }
models:
  - { slug: claude-x, provider: anthropic }
`);
    const { directory, home, remove } = claudeWorkspace();
    try {
      const run = await runClaude(binary ?? '', { gateway, model: 'claude-x', prompt: 'Go.', directory, home });
      assert.equal(resultOf(run)['result'], 'All done: ünïcode 🌍.', transcript(run));
      assert.equal(readFileSync(join(directory, 'README.md'), 'utf8'), 'hello world\n');
      const thoughts = blocksOf(run, 'assistant').filter((block) => block['type'] === 'thinking');
      assert.ok(thoughts.length === 2 && thoughts.every((block) => /^sim/.test(String(block['signature']))));
      for (const { body, headers } of simulator.requests) {
        assert.match(JSON.stringify(body), /device_id.*|x-anthropic-billing-header/);
        assert.match(String(headers['anthropic-beta']), /claude-code-.*context-management/);
      }
    } finally {
      remove();
      await gateway.close();
      await simulator.close();
    }
  });

  test('counts its context by the gateway', async () => {
    const recorder = await startRecorder(stage.gateway.url);
    try {
      await play('openai-chat', 'work', ({ run }) => assert.equal(resultOf(run)['is_error'], false, transcript(run)), {
        prompt: '/context',
        gateway: { url: recorder.url, token: stage.gateway.token },
      });
      const counts = recorder.exchanges.filter(({ path }) => path.startsWith('/v1/messages/count_tokens'));
      assert.ok(counts.length > 3, String(counts.length));
      for (const { status, reply } of counts) {
        assert.equal(status, 200, reply.toString());
        assert.ok(JSON.parse(reply.toString()).input_tokens > 0);
      }
    } finally {
      await recorder.close();
    }
  });

  test('summarises the conversation where the window is full, and goes on', async () => {
    await play('openai-chat', 'overflows', ({ run }) => {
      assert.equal(resultOf(run)['result'], 'All done: ünïcode 🌍.', transcript(run));
      assert.ok(
        run.events.some((event) => event['subtype'] === 'compact_boundary'),
        transcript(run),
      );
    });
    assert.match(JSON.stringify(stage.seen(stage.slug('openai-chat', 'overflows')).at(-1)?.body), /Hi was said/);
  });

  test('shows what a model said that declined', async () => {
    await play('openai-chat', 'declines', ({ run }) => assert.match(run.stdout, /I must decline this one/));
  });
});
