import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, parseJson } from '../../../src/ir/json.ts';
import { call, type Scenario, say, script, think } from '../../../src/simulator/script.ts';
import { findTool, lastUserText } from '../../../src/simulator/turn.ts';
import { finalText, items, transcript } from '../harness/codex.ts';
import type { Case } from '../harness/lab.ts';
import { run } from './work.ts';

/** The child has no tools to spawn others: so it is told apart from its parent. */
const delegate: Scenario = (turn) => {
  const isChild = findTool(turn.tools, 'spawn_agent', 'multi_agent_v1') === undefined;
  if (isChild) return script([say(lastUserText(turn).includes('count the files') ? 'There are 3 files.' : 'What?')]);
  switch (turn.rounds) {
    case 0:
      return script([call('spawn_agent', { message: 'count the files' }, 'multi_agent_v1')]);
    case 1: {
      const spawned = parseJson(turn.results[0]?.text ?? '');
      const id = isJsonObject(spawned) ? String(spawned['agent_id']) : 'none';
      return script([call('wait_agent', { targets: [id], timeout_ms: 20_000 }, 'multi_agent_v1')]);
    }
    default:
      return script([say(`My helper says: ${turn.results.at(-1)?.text}`)]);
  }
};

export const subAgentCase: Case = {
  slug: 'sub-agent',
  title: 'a sub-agent is spawned, works on the same model and is answered',
  scenario: delegate,
  run: async ({ codex, upstream }) => {
    const done = await codex('delegate it');
    assert.match(finalText(done), /My helper says: .*There are 3 files\./, transcript(done));
    assert.equal(upstream().length, 4, transcript(done));
  },
};

const SUMMARY = 'So far: the agent ran one command and saw its output.';

/** The first reply fills the window, so Codex asks for a summary, without tools, and goes on from it. */
const compact: Scenario = (turn) => {
  if (turn.tools.length === 0) return script([think('Short.'), say(SUMMARY)], { usage: { input: 9_000, output: 20 } });
  const compacted = turn.userTexts.some((text) => text.includes(SUMMARY));
  if (!compacted) {
    return script([think('Begin.'), say('Working.'), run('echo before')], { usage: { input: 100_000, output: 50 } });
  }
  if (turn.rounds === 0) return script([run('echo after > after.txt')], { usage: { input: 2_000, output: 20 } });
  return script([say('Finished after the summary.')], { usage: { input: 2_000, output: 20 } });
};

export const compactionCase: Case = {
  slug: 'compaction',
  title: 'Codex compacts by our usage numbers, and the work goes on',
  scenario: compact,
  window: 100_000,
  run: async ({ codex, workspace, upstream }) => {
    const done = await codex('a long task');
    assert.equal(finalText(done), 'Finished after the summary.', transcript(done));
    assert.ok(existsSync(join(workspace.directory, 'after.txt')), transcript(done));
    assert.equal(upstream().length, 4);
  },
};

/** The same over the API's own compaction: the gateway asks the model, and Codex takes one item for all that was. */
const condense: Scenario = (turn) => {
  const summarised = turn.userTexts.some((text) => text.includes(SUMMARY));
  if (lastUserText(turn).includes('Answer with the summary alone.')) {
    return script([think('Short.'), say(SUMMARY)], { usage: { input: 90_000, output: 20 } });
  }
  if (!summarised) return script([say('Working.'), run('echo before')], { usage: { input: 95_000, output: 50 } });
  if (turn.rounds === 0) return script([run('echo after > after.txt')], { usage: { input: 2_000, output: 20 } });
  return script([say('Finished after the item.')], { usage: { input: 2_000, output: 20 } });
};

export const remoteCompactionCase: Case = {
  slug: 'remote-compaction',
  title: 'Codex has the gateway condense the conversation, and the work goes on from the item',
  scenario: condense,
  window: 100_000,
  codexProvider: 'capabilities = { remote_compaction = "v2" }',
  run: async ({ codex, workspace, upstream, replies }) => {
    const done = await codex('a long task');
    assert.equal(finalText(done), 'Finished after the item.', transcript(done));
    assert.ok(existsSync(join(workspace.directory, 'after.txt')), transcript(done));
    assert.equal(upstream().length, 4);
    const items = replies().filter(({ reply }) => reply.includes('"type":"compaction"'));
    assert.equal(items.length, 1, transcript(done));
  },
};

export const resumeCase: Case = {
  slug: 'resume',
  title: 'a session is taken up again with its history, thinking included',
  scenario: (turn) => {
    const questions = turn.userTexts.join('\n').match(/(first|second) question/g) ?? [];
    if (questions.length === 1 && turn.rounds === 0) return script([think('A first thought.'), run('echo seen')]);
    return script([think('Answering.'), say(`${questions.join(', ')}: ${turn.results.length} output`)]);
  },
  run: async ({ codex }) => {
    const first = await codex('first question');
    assert.equal(finalText(first), 'first question: 1 output', transcript(first));
    const second = await codex('resume', '--last', 'second question');
    assert.equal(finalText(second), 'first question, second question: 1 output', transcript(second));
  },
};

const REVIEW = {
  findings: [
    {
      title: '[P1] The greeting is wrong',
      body: 'It says bye.',
      confidence_score: 0.9,
      priority: 1,
      code_location: { absolute_file_path: '/README.md', line_range: { start: 1, end: 1 } },
    },
  ],
  overall_correctness: 'patch is incorrect',
  overall_explanation: 'One wrong word.',
  overall_confidence_score: 0.9,
};

export const reviewCase: Case = {
  slug: 'review',
  title: 'a review gives its findings',
  scenario: (turn) => (turn.rounds === 0 ? script([run('git diff')]) : script([say(JSON.stringify(REVIEW))])),
  run: async ({ codex, workspace }) => {
    writeFileSync(join(workspace.directory, 'README.md'), 'bye\n');
    const done = await codex('review', '--uncommitted');
    assert.equal(done.status, 0, transcript(done));
    assert.match(finalText(done), /One wrong word\.[\s\S]*The greeting is wrong/, transcript(done));
  },
};

const SCHEMA = {
  type: 'object',
  properties: { colour: { type: 'string' }, count: { type: 'integer' } },
  required: ['colour', 'count'],
  additionalProperties: false,
};

export const schemaCase: Case = {
  slug: 'schema',
  title: '--output-schema reaches the provider and its answer the user',
  scenario: (turn) => {
    const asked = turn.schema ?? `${turn.instructions}${turn.userTexts.join('')}`;
    const known = JSON.stringify(asked).includes('colour');
    return script([say(known ? '{"colour":"blue","count":3}' : 'no schema came through')]);
  },
  run: async ({ codex, workspace }) => {
    const file = join(workspace.directory, 'schema.json');
    writeFileSync(file, JSON.stringify(SCHEMA));
    const done = await codex('--output-schema', file, 'which colour, how many');
    assert.deepEqual(parseJson(finalText(done)), { colour: 'blue', count: 3 }, transcript(done));
    assert.equal(items(done, 'error').length, 0, transcript(done));
  },
};
