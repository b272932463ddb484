import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, callFreeform, type Scenario, type Step, say, script, think } from '../../../src/simulator/script.ts';
import { PIXEL_PNG } from '../fixtures/pixel.ts';
import { finalText, items, transcript } from '../harness/codex.ts';
import type { Case } from '../harness/lab.ts';

export const run = (cmd: string): Step => call('exec_command', { cmd });

export const textCase: Case = {
  slug: 'text',
  title: 'text, streamed, with its usage',
  scenario: () =>
    script([think('A greeting.'), say('Hello from afar: ünïcode 🌍.')], {
      usage: { input: 1200, cached: 1000, output: 40, reasoning: 15 },
      delivery: { chunkBytes: 7 },
    }),
  run: async ({ codex, protocol }) => {
    const done = await codex('hi');
    assert.equal(done.status, 0, transcript(done));
    assert.equal(finalText(done), 'Hello from afar: ünïcode 🌍.', transcript(done));
    assert.equal(items(done, 'reasoning')[0]?.['text'], 'A greeting.', transcript(done));
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

/** A whole task: thinking, a command, a patch of every kind, two commands at once, an answer made of what they said. */
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
      return script([say('Checking both.'), run('cat README.md new.txt'), run('cat moved/here.txt')]);
    default:
      return script([say(turn.results.map((result) => result.text).join('\n---\n'))]);
  }
};

export const workCase: Case = {
  slug: 'work',
  title: 'command, patch of every kind, two parallel commands, final answer',
  scenario: work,
  run: async ({ codex, workspace, upstream, protocol }) => {
    const done = await codex('do it');
    assert.equal(done.status, 0, transcript(done));
    const file = (name: string) => join(workspace.directory, name);
    assert.equal(readFileSync(file('new.txt'), 'utf8'), 'one\nzwei ü\n');
    assert.equal(readFileSync(file('README.md'), 'utf8'), 'hello world\n');
    assert.equal(readFileSync(file('moved/here.txt'), 'utf8'), 'first\nthird\n');
    assert.ok(!existsSync(file('move-me.txt')) && !existsSync(file('delete-me.txt')));
    assert.equal(items(done, 'command_execution').length, 3, transcript(done));
    assert.equal(items(done, 'file_change').length, 1, transcript(done));
    const answer = finalText(done);
    assert.match(answer, /hello\n[\s\S]*Success[\s\S]*hello world\none\nzwei ü\n[\s\S]*first\nthird/, transcript(done));
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
