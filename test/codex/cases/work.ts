import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type Json } from '../../../src/ir/json.ts';
import type { ProtocolId } from '../../../src/ir/protocol-id.ts';
import {
  call,
  callFreeform,
  type Scenario,
  type ScriptedReply,
  type Step,
  say,
  script,
  think,
} from '../../../src/simulator/script.ts';
import { PIXEL_PNG } from '../fixtures/pixel.ts';
import { finalText, items, transcript } from '../harness/codex.ts';
import type { Case } from '../harness/lab.ts';

export const run = (cmd: string): Step => call('exec_command', { cmd });

/** How Codex's effort, `medium` by the catalogue, arrives in each protocol. */
const effortSent = {
  'openai-chat': (body) => member(body, 'reasoning_effort'),
  'openai-responses': (body) => member(member(body, 'reasoning'), 'effort'),
  'anthropic-messages': (body) => (member(member(body, 'thinking'), 'budget_tokens') === 10_000 ? 'medium' : undefined),
  gemini: (body) => member(member(member(body, 'generationConfig'), 'thinkingConfig'), 'thinkingLevel'),
} as const satisfies Record<ProtocolId, (body: Json | undefined) => Json | undefined>;

function member(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}

export const textCase: Case = {
  slug: 'text',
  title: 'text, streamed, with its usage',
  scenario: () =>
    script([think('A greeting.'), say('Hello from afar: ünïcode 🌍.')], {
      usage: { input: 1200, cached: 1000, output: 40, reasoning: 15 },
      delivery: { chunkBytes: 7 },
    }),
  run: async ({ codex, protocol, upstream }) => {
    const done = await codex('hi');
    assert.equal(done.status, 0, transcript(done));
    assert.equal(finalText(done), 'Hello from afar: ünïcode 🌍.', transcript(done));
    assert.equal(items(done, 'reasoning')[0]?.['text'], 'A greeting.', transcript(done));
    assert.equal(effortSent[protocol](upstream().at(-1)?.body), 'medium');
    const usage = done.events.find((event) => event['type'] === 'turn.completed')?.['usage'];
    assert.deepEqual(
      usage,
      {
        input_tokens: 1200,
        cached_input_tokens: 1000,
        cache_write_input_tokens: 0,
        output_tokens: 40,
        // The Messages API does not tell thinking apart from other output.
        reasoning_output_tokens: protocol === 'anthropic-messages' ? 0 : 15,
      },
      transcript(done),
    );
  },
};

const PATCH = `*** Begin Patch
*** Add File: new.txt
+one
+zwei ü
*** Update File: README.md
@@
-hello
+hello world
*** Update File: move-me.txt
*** Move to: moved/here.txt
@@
 first
-second
+third
*** Delete File: delete-me.txt
*** End Patch
`;

/** A whole task: thinking, a command, a patch of every kind, commands at once, an answer made of what they said. */
const work: Scenario = (turn) => {
  switch (turn.rounds) {
    case 0:
      return script([
        think('I should look before I leap.'),
        { type: 'redacted', data: 'cmVkYWN0ZWQ' },
        say('Let me look.'),
        run('cat README.md'),
      ]);
    case 1:
      return script([think('Now the patch.'), callFreeform('apply_patch', PATCH)]);
    case 2:
      return script([say('Checking.'), run('cat README.md'), run('cat new.txt'), run('cat moved/here.txt')]);
    default:
      return script([say(turn.results.map((result) => result.text).join('\n---\n'))]);
  }
};

export const workCase: Case = {
  slug: 'work',
  title: 'command, patch of every kind, parallel commands, final answer',
  scenario: work,
  run: async ({ codex, workspace, upstream, protocol }) => {
    const done = await codex('do it');
    assert.equal(done.status, 0, transcript(done));
    const file = (name: string) => join(workspace.directory, name);
    assert.equal(readFileSync(file('new.txt'), 'utf8'), 'one\nzwei ü\n');
    assert.equal(readFileSync(file('README.md'), 'utf8'), 'hello world\n');
    assert.equal(readFileSync(file('moved/here.txt'), 'utf8'), 'first\nthird\n');
    assert.ok(!existsSync(file('move-me.txt')) && !existsSync(file('delete-me.txt')));
    assert.equal(items(done, 'command_execution').length, 4, transcript(done));
    assert.equal(items(done, 'file_change').length, 1, transcript(done));
    const answer = finalText(done);
    assert.match(
      answer,
      /hello[\s\S]*Success[\s\S]*hello world[\s\S]*one\r?\nzwei[\s\S]*first\r?\nthird/,
      transcript(done),
    );
    assert.equal(upstream().length, 4);
    // The block that only its maker can read went back to it.
    if (protocol === 'anthropic-messages') assert.match(JSON.stringify(upstream().at(-1)?.body), /cmVkYWN0ZWQ/);
  },
};

export const imageCase: Case = {
  slug: 'image',
  title: 'an image that the agent views reaches the model as an image',
  scenario: (turn) =>
    turn.rounds === 0
      ? script([call('view_image', { path: 'pixel.png' })])
      : script([say(`I see ${turn.images} image.`)]),
  run: async ({ codex, workspace, upstream }) => {
    writeFileSync(join(workspace.directory, 'pixel.png'), Buffer.from(PIXEL_PNG, 'base64'));
    const done = await codex('look at pixel.png');
    assert.equal(finalText(done), 'I see 1 image.', transcript(done));
    assert.equal(upstream().length, 2);
  },
};

export const mcpCase: Case = {
  slug: 'mcp',
  title: 'an MCP tool in its namespace, with a picture in its output',
  scenario: (turn) =>
    turn.rounds === 0
      ? script([call('add', { a: 20, b: 22 }, 'mcp__demo'), call('shot', {}, 'mcp__demo')])
      : script([say(`${turn.results.map((result) => result.text).join(' ')} and ${turn.images} image`)]),
  run: async ({ codex }) => {
    const done = await codex('add them');
    assert.equal(done.status, 0, transcript(done));
    assert.match(finalText(done), /sum 42[\s\S]*one pixel[\s\S]* and 1 image/, transcript(done));
    const calls = items(done, 'mcp_tool_call');
    assert.deepEqual(
      calls.map((item) => [item['server'], item['tool'], item['status']]),
      [
        ['demo', 'add', 'completed'],
        ['demo', 'shot', 'completed'],
      ],
      transcript(done),
    );
  },
};

/** How the bytes of each round come. The first is whole and plain; each says what it was by the command that it runs. */
const DELIVERIES: readonly Pick<ScriptedReply, 'delivery' | 'oddities'>[] = [
  {},
  { delivery: { chunkBytes: 1 } },
  { delivery: { encoding: 'gzip', chunkBytes: 100 } },
  { delivery: { encoding: 'br' } },
  { delivery: { encoding: 'zstd', chunkBytes: 33 } },
  { oddities: { lineEnd: '\r\n', pieceLength: 1 } },
  { oddities: { callIndex: false, callId: false, usagePlace: 'finish', doneMark: false } },
  { oddities: { reasoningField: 'think-tags', usagePlace: 'none' }, delivery: { chunkBytes: 11 } },
];

export const deliveryCase: Case = {
  slug: 'delivery',
  title: 'slow, split, compressed and odd streams are one to Codex',
  scenario: (turn) => {
    const manner = DELIVERIES[turn.rounds];
    if (manner === undefined) return script([say(turn.results.map((result) => result.text).join('\n'))]);
    const work = [think(`Ünd weiter ${turn.rounds}.`), say('→ 🌍'), run(`echo way ${turn.rounds}`)];
    return script(work, manner);
  },
  run: async ({ codex }) => {
    const done = await codex('all ways');
    assert.equal(done.status, 0, transcript(done));
    for (const at of DELIVERIES.keys()) assert.match(finalText(done), new RegExp(`way ${at}`), transcript(done));
    const thoughts = items(done, 'reasoning').map((item) => item['text']);
    assert.deepEqual(
      thoughts,
      DELIVERIES.map((_, at) => `Ünd weiter ${at}.`),
      transcript(done),
    );
    assert.equal(items(done, 'agent_message').filter((item) => item['text'] === '→ 🌍').length, DELIVERIES.length);
  },
};
