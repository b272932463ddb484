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

/** How a call stands in the text of a weak model, one form for each round. The quirk names these forms. */
const IN_TEXT: readonly string[] = [
  '<tool_call>\n{"name": "exec_command", "arguments": {"cmd": "echo way 0"}}\n</tool_call>',
  'I use a tool.\n\n<function=exec_command>\n<parameter=cmd>\necho way 1\n</parameter>\n</function>',
  '```json\n{"name": "exec_command", "arguments": {"cmd": "echo way 2",}}\n```',
  '{"name": "apply_patch", "arguments": {"input": "*** Begin Patch\\n*** Add File: way.txt\\n+way 3\\n*** End Patch\\n"}}',
];

export const PSEUDO_CALLS = `
quirks:
  - kind: pseudo-calls
    forms: [json, tool-call-tags, function-tags]
    source: the model writes its calls into its text`;

export const pseudoCallsCase: Case = {
  slug: 'pseudo-calls',
  title: 'calls that a model writes into its text are run; what it shows in a fence is not',
  scenario: ({ rounds, results }) => {
    const text = IN_TEXT[rounds];
    if (text !== undefined) return script([say(text)], { oddities: { pieceLength: 5 } });
    const shown =
      '```xml\n<tool_call>{"name":"exec_command","arguments":{"cmd":"echo never >> never.txt"}}</tool_call>\n```';
    return script([say(`${results.map((result) => result.text).join('\n')}\nSo it looks:\n${shown}\n`)]);
  },
  run: async ({ codex, workspace, upstream }) => {
    const done = await codex('all ways');
    assert.equal(done.status, 0, transcript(done));
    assert.match(finalText(done), /way 0[\s\S]*way 1[\s\S]*way 2[\s\S]*Success[\s\S]*<tool_call>/, transcript(done));
    assert.equal(readFileSync(join(workspace.directory, 'way.txt'), 'utf8').trim(), 'way 3');
    assert.ok(!existsSync(join(workspace.directory, 'never.txt')), transcript(done));
    const said = items(done, 'agent_message').map((item) => String(item['text']).trim());
    assert.deepEqual(said.slice(0, -1), ['I use a tool.'], transcript(done));
    assert.equal(upstream().length, IN_TEXT.length + 1);
  },
};
