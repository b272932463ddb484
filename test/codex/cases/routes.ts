import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Scenario, say, script } from '../../../src/simulator/script.ts';
import { finalText, shownErrors, transcript } from '../harness/codex.ts';
import type { Case, Stage } from '../harness/lab.ts';
import { OVERFLOW, refusal } from './trouble.ts';
import { run } from './work.ts';

/** Who served each of the turns, as the reply's head says. */
const servedBy = ({ replies }: Stage): readonly string[] =>
  replies().map(({ headers }) => String(headers['x-plugboard-model']));
const attempts = ({ replies }: Stage): readonly string[] =>
  replies().map(({ headers }) => String(headers['x-plugboard-attempts']));

/** Works until the first result is in; then its provider says that the conversation is too long. */
const full: Scenario = (turn) => {
  if (turn.rounds === 0) return script([say('I begin.'), run('echo begun > begun.txt')]);
  const { type, message } = OVERFLOW[turn.protocol];
  return refusal(turn.protocol, 400, type, message, 'context_length_exceeded');
};

const goesOn: Scenario = (turn) =>
  turn.rounds < 2 ? script([run('echo after > after.txt')]) : script([say('Finished in the larger window.')]);

export const toldOverflowCase: Case = {
  slug: 'told-overflow',
  title: 'a provider says that its window is full, and the work goes on in the next that is larger',
  scenario: full,
  route: { 'told-small': full, 'told-equal': full, 'told-large': goesOn },
  windows: { 'told-large': 1_000_000 },
  run: async (stage) => {
    const done = await stage.codex('a long task');
    assert.equal(done.status, 0, transcript(done));
    assert.equal(finalText(done), 'Finished in the larger window.', transcript(done));
    assert.deepEqual(shownErrors(done), []);
    const { directory } = stage.workspace;
    assert.ok(existsSync(join(directory, 'begun.txt')) && existsSync(join(directory, 'after.txt')), transcript(done));
    assert.deepEqual(servedBy(stage), ['told-small', 'told-large', 'told-large']);
    // The one of equal window was not asked, and the session stays where it went.
    assert.deepEqual(attempts(stage), ['1', '2', '1']);
  },
};

/** Reads until somebody says that it is enough: 9 outputs of some 6,000 tokens each. */
const reads: Scenario = (turn) =>
  turn.rounds < 9 ? script([run('cat pages.txt')]) : script([say(`Read ${turn.results.length} times.`)]);

function writePages({ workspace }: Stage): void {
  const page = Array.from({ length: 400 }, (_, line) => `${line}: what stands on this line is of no use to anybody`);
  writeFileSync(join(workspace.directory, 'pages.txt'), page.join('\n'));
}

const SMALL_WINDOW = 40_000;

export const estimatedOverflowCase: Case = {
  slug: 'estimated-overflow',
  title: 'a conversation that outgrows a window moves on before anybody refuses it, and is not compacted',
  scenario: reads,
  route: { 'estimated-small': reads, 'estimated-large': reads },
  windows: { 'estimated-small': SMALL_WINDOW, 'estimated-large': 400_000 },
  run: async (stage) => {
    writePages(stage);
    const done = await stage.codex('read it');
    assert.equal(done.status, 0, transcript(done));
    assert.equal(finalText(done), 'Read 9 times.', transcript(done));
    assert.deepEqual(new Set(attempts(stage)), new Set(['1']), 'nobody refused anything');
    const models = servedBy(stage);
    const moved = models.indexOf('estimated-large');
    assert.ok(moved > 1, `it began small: ${models}`);
    assert.ok(
      models.slice(moved).every((model) => model === 'estimated-large'),
      `and stayed large: ${models}`,
    );
    // The simulator counts four characters to a token of the body that it gets, which is not quite as long as Codex's.
    const sizes = stage.replies().map(({ requestBody }) => requestBody.length / 4);
    assert.ok(
      sizes.slice(0, moved).every((size) => size < SMALL_WINDOW * 1.05),
      sizes.join(),
    );
    assert.ok((sizes[moved] ?? 0) > SMALL_WINDOW * 0.75, `it moved late: ${sizes}`);
  },
};

const SUMMARY = 'So far: one command was run.';
/** Reads until the conversation has to be condensed, and a little after that. */
const readsOn: Scenario = (turn) => {
  if (turn.tools.length === 0) return script([say(SUMMARY)]);
  const compacted = turn.userTexts.some((text) => text.includes(SUMMARY));
  return compacted && turn.rounds > 0 ? script([say('Finished.')]) : script([run('cat pages.txt')]);
};

export const returnCase: Case = {
  slug: 'return',
  title: 'a conversation that outgrew a window and was condensed returns to the first target of its route',
  scenario: readsOn,
  route: { 'return-small': readsOn, 'return-large': readsOn },
  windows: { 'return-small': 20_000, 'return-large': 60_000 },
  run: async (stage) => {
    writePages(stage);
    const done = await stage.codex('read it');
    assert.equal(finalText(done), 'Finished.', transcript(done));
    const models = servedBy(stage);
    const runs = models.filter((model, index) => model !== models[index - 1]);
    assert.deepEqual(runs, ['return-small', 'return-large', 'return-small'], models.join());
  },
};

const names =
  (name: string): Scenario =>
  (turn) => {
    if (turn.tools.length === 0) return script([say(SUMMARY)], { usage: { input: 9_000, output: 20 } });
    const compacted = turn.userTexts.some((text) => text.includes(SUMMARY));
    if (!compacted) return script([run(`echo ${name} > before.txt`)], { usage: { input: 100_000, output: 50 } });
    if (turn.rounds === 0) return script([run(`echo ${name} > after.txt`)], { usage: { input: 2_000, output: 20 } });
    return script([say('Finished.')], { usage: { input: 2_000, output: 20 } });
  };

export const ruledCase: Case = {
  slug: 'ruled',
  title: 'a rule sends the summary to a model of its own, and the conversation stays with its own',
  scenario: names('main'),
  route: { 'ruled-main': names('main'), 'ruled-cheap': names('cheap') },
  targets: ['ruled-main'],
  routeOptions: 'rules: [{ when: [title, compaction], use: ruled-cheap }]',
  window: 100_000,
  run: async (stage) => {
    const done = await stage.codex('a long task');
    assert.equal(finalText(done), 'Finished.', transcript(done));
    assert.deepEqual(servedBy(stage), ['ruled-main', 'ruled-cheap', 'ruled-main', 'ruled-main'], transcript(done));
    for (const file of ['before.txt', 'after.txt']) {
      assert.equal(readFileSync(join(stage.workspace.directory, file), 'utf8').trim(), 'main');
    }
  },
};

const REVIEW = {
  findings: [],
  overall_correctness: 'patch is correct',
  overall_explanation: 'The strong one has read it.',
  overall_confidence_score: 0.9,
};

export const ruledReviewCase: Case = {
  slug: 'ruled-review',
  title: 'a rule sends a review to the strong model',
  scenario: () => script([say('no')]),
  route: {
    'review-main': () => script([say('no')]),
    'review-strong': () => script([say(JSON.stringify(REVIEW))]),
  },
  targets: ['review-main'],
  routeOptions: 'rules: [{ when: [review], use: review-strong }]',
  run: async (stage) => {
    writeFileSync(join(stage.workspace.directory, 'README.md'), 'hello again\n');
    const done = await stage.codex('review', '--uncommitted');
    assert.match(done.stdout, /The strong one has read it/, transcript(done));
    assert.deepEqual(new Set(servedBy(stage)), new Set(['review-strong']));
  },
};
