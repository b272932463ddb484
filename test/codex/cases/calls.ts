import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CallStep, type Scenario, say, script } from '../../../src/simulator/script.ts';
import { finalText, items, shownErrors, transcript } from '../harness/codex.ts';
import type { Case } from '../harness/lab.ts';

const written = (argumentsText: string): CallStep => ({ type: 'call', tool: 'exec_command', input: { argumentsText } });

/** One flaw for each round; what each command prints proves that it ran. */
const FLAWED: readonly string[] = [
  '{"cmd":"echo way 0",}',
  '"{\\"cmd\\":\\"echo way 1\\"}"',
  '```json\n{"cmd":"echo way 2"}\n```',
  '{"cmd":"echo way 3"',
  '{"cmd":"echo way 4"}}',
  '{"cmd":"echo way 5","yield_time_ms":"1000"}',
  '{"cmd":"echo way 6 &&\necho on"}',
];

export const flawedCallsCase: Case = {
  slug: 'flawed-calls',
  title: 'arguments with a flaw that has one reading are repaired, and the commands run',
  scenario: ({ rounds, results }) => {
    const flawed = FLAWED[rounds];
    if (flawed !== undefined) return script([written(flawed)], { oddities: { pieceLength: 3 } });
    return script([say(results.map((result) => result.text).join('\n'))]);
  },
  run: async ({ codex }) => {
    const done = await codex('all ways');
    assert.equal(done.status, 0, transcript(done));
    for (const at of FLAWED.keys()) assert.match(finalText(done), new RegExp(`way ${at}`), transcript(done));
    assert.equal(items(done, 'command_execution').length, FLAWED.length, transcript(done));
  },
};

/** Half a command at first, then the same one whole. */
const broken: Scenario = ({ rounds, results }) => {
  if (rounds === 0) return script([written('{"cmd":"echo once >> ran.txt && rm -rf ./RE')]);
  if (rounds === 1)
    return script([say(`You said: ${results.at(-1)?.text}`), written('{"cmd":"echo twice >> ran.txt"}')]);
  return script([say('Done.')]);
};

export const brokenCallCase: Case = {
  slug: 'broken-call',
  title: 'arguments beyond repair go to the model again as a parse error, and the loop goes on',
  scenario: broken,
  run: async ({ codex, workspace }) => {
    const done = await codex('hi');
    assert.equal(done.status, 0, transcript(done));
    assert.equal(finalText(done), 'Done.', transcript(done));
    assert.equal(readFileSync(join(workspace.directory, 'ran.txt'), 'utf8').trim(), 'twice', transcript(done));
    assert.ok(existsSync(join(workspace.directory, 'README.md')));
    const said = items(done, 'agent_message').map((item) => String(item['text']));
    assert.match(said[0] ?? '', /^You said: failed to parse function arguments/, transcript(done));
  },
};

export const runawayCase: Case = {
  slug: 'runaway',
  title: 'a model that repeats itself without end is stopped: one request, and our words once',
  scenario: () => script([say(`I look. ${'Let me look again. '.repeat(4_000)}`)], { oddities: { pieceLength: 100 } }),
  mayFail: true,
  run: async ({ codex, upstream }) => {
    const done = await codex('hi');
    assert.equal(done.status, 1, transcript(done));
    const words = shownErrors(done).filter((text) => /over and over and was stopped.*repetition: false/.test(text));
    assert.ok(words.length > 0 && new Set(words).size === 1, transcript(done));
    assert.equal(upstream().length, 1, transcript(done));
  },
};
