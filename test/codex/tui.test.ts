import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { exampleOf } from '../../src/simulator/example.ts';
import { type Scenario, say, script } from '../../src/simulator/script.ts';
import { type Case, startLab } from './harness/lab.ts';
import { hasTmux, inTerminal } from './harness/terminal.ts';

const SLUGS = ['alpha', 'beta', 'gamma'] as const;

/** Codex asks for a title on its own, as JSON. */
const answer: Scenario = (turn) =>
  script([say(turn.schema === undefined ? `Hello from ${turn.model}.` : JSON.stringify(exampleOf(turn.schema)))]);

/** A turn, the picker, and a turn with the model picked there. */
const session: Case['run'] = (stage) =>
  inTerminal(stage, async ({ type, until, key }) => {
    // The picker is closed until Codex has started up whole, so a turn comes first.
    await type('hello', /› hello/);
    await until(/Hello from alpha/);
    await type('/model', /choose what model/);
    const picker = await until(/Select Model/);
    for (const slug of SLUGS) assert.match(picker, new RegExp(`\\d\\. ${slug} `), picker);
    key('Down');
    key('Enter');
    await until(/Select Reasoning Level/i);
    key('Enter');
    await type('hello again', /› hello again/);
    await until(/Hello from beta/);
  });

/** A rule sends the title to a model of its own; the next turn is the conversation's own model's. */
const titled: Case = {
  slug: 'titled',
  title: 'a title is made by the model of titles, and leads no turn there',
  scenario: answer,
  route: { talker: answer, titler: answer },
  targets: ['talker'],
  routeOptions: 'rules: [{ when: [title], use: titler }]',
  run: (stage) =>
    inTerminal(stage, async ({ type, until }) => {
      const served = (): readonly string[] =>
        stage.replies().map(({ headers }) => String(headers['x-plugboard-model']));
      await type('hello', /› hello/);
      await until(/Hello from talker/);
      for (let tries = 0; tries < 100 && !served().includes('titler'); tries += 1) await wait(100);
      await type('and again', /› and again/);
      await until(/and again[\s\S]*Hello from talker/);
      // The title may be asked for again; every other reply is the conversation's.
      const [first, second, ...rest] = served();
      assert.deepEqual([first, second].toSorted(), ['talker', 'titler']);
      assert.ok(rest.includes('talker'), served().join());
    }),
};

async function perform(cases: readonly Case[], one: Case): Promise<void> {
  if (!hasTmux()) {
    console.log('not run: TUI test because tmux is missing');
    return;
  }
  const lab = await startLab('openai-chat', cases, 'protocol: openai-chat');
  try {
    await lab.perform(one);
  } finally {
    await lab.close();
  }
}

test('the TUI lists our models in its picker and talks to the one that was picked', async () => {
  const cases = SLUGS.map((slug): Case => ({ slug, title: slug, scenario: answer, run: session }));
  const [first] = cases;
  assert.ok(first);
  await perform(cases, first);
});

test(titled.title, () => perform([titled], titled));
