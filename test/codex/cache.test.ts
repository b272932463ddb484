import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { totalInput, type Usage } from '../../src/ir/usage.ts';
import type { LedgerEntry } from '../../src/metering/ledger.ts';
import { USUAL_CACHE } from '../../src/simulator/prompt-cache.ts';
import { httpReply, type Scenario, say, script, think } from '../../src/simulator/script.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { openLedgerReader } from '../../src/storage/ledger-reader.ts';
import { run } from './cases/work.ts';
import { cleanEnvironment, runCodex, transcript } from './harness/codex.ts';
import { type Gateway, startGateway } from './harness/gateway.ts';
import { codexConfig, newWorkspace, type Workspace } from './harness/workspace.ts';

/** What each turn of the session does: steps of one call, and one of a dozen, more than a cache looks back over. */
const STEPS: readonly number[] = [1, 1, 12, 1, 1, 1];

/** Works off the steps anew for every word of the user. */
const worker: Scenario = (turn) => {
  const asked = turn.userTexts.filter((text) => text.startsWith('task')).length;
  const calls = STEPS[turn.rounds - (asked - 1) * STEPS.length];
  if (calls === undefined) return script([think('Done.'), say('All done.')]);
  return script([think('Next.'), ...Array.from({ length: calls }, (_, at) => run(`echo ${turn.rounds}.${at}`))]);
};

const DEPLOYMENTS = {
  chat: 'protocol: openai-chat',
  responses: 'protocol: openai-responses',
  native: 'preset: openai',
  messages: 'protocol: anthropic-messages',
  gemini: 'protocol: gemini',
} as const;

const KEY = 'sk-simulated-0123456789abcdef';

describe('prompt caches under the real Codex', { concurrency: 2 }, () => {
  let one: Simulator | undefined;
  let other: Simulator | undefined;
  let gateway: Gateway | undefined;
  let isUp = true;

  before(async () => {
    const failing: Scenario = (turn) => (isUp ? worker(turn) : httpReply(503, { error: { message: 'Busy.' } }));
    one = await startSimulator({ scenario: worker, rules: 'none', cache: USUAL_CACHE });
    other = await startSimulator({ scenario: failing, rules: 'none', cache: USUAL_CACHE });
    gateway = await startGateway(configFor(one.url, other.url));
  });
  after(async () => {
    await gateway?.close();
    await one?.close();
    await other?.close();
  });

  for (const name of Object.keys(DEPLOYMENTS)) {
    test(`a session of two turns finds its cache with every request: ${name}`, async () => {
      const session = begin(gateway, name);
      try {
        await session.say('task one');
        await session.say('task two');
        const entries = await session.entries(2 * (STEPS.length + 1));
        const shares = entries.map(({ usage }, at) => hitShare(usage, entries[at - 1]?.usage));
        assert.ok(
          shares.slice(1).every((share) => share >= 0.9),
          shares.map((share) => share.toFixed(3)).join(' '),
        );
        assert.deepEqual(
          entries.flatMap(({ cacheBreak }) => cacheBreak ?? []),
          [],
        );
      } finally {
        session.end();
      }
    });
  }

  test('a session that has to move says so, stays where it went, and finds its cache there', async () => {
    const session = begin(gateway, 'moving');
    try {
      await session.say('task one');
      isUp = false;
      await session.say('task two');
      isUp = true;
      await session.say('task three');
      const steps = STEPS.length + 1;
      const entries = await session.entries(3 * steps);
      assert.deepEqual(
        entries.map(({ provider }) => provider),
        entries.map((_, at) => (at < steps ? 'first' : 'second')),
      );
      const moved = entries[steps];
      assert.ok(moved?.cacheBreak?.cause === 'moved', JSON.stringify(moved?.cacheBreak));
      const { from, why, lostTokens, lostNanoUsd } = moved.cacheBreak;
      assert.deepEqual([from, why], ['first/moving-first', 'failed']);
      assert.ok(lostTokens > 5_000, String(lostTokens));
      // Fresh input costs 10 USD per million tokens, cached input 1.
      assert.equal(lostNanoUsd, lostTokens * 9_000);
      const broken = entries.filter(({ cacheBreak }) => cacheBreak !== undefined);
      assert.deepEqual(broken, [moved], 'the way back would have cost it all once more');
      assert.ok(entries.slice(steps + 1).every(({ usage }, at) => hitShare(usage, entries[steps + at]?.usage) >= 0.9));

      const told = spawnSync(process.execPath, [MAIN, 'why', moved.requestId], {
        env: cleanEnvironment({ PLUGBOARD_HOME: gateway?.home ?? '' }),
        encoding: 'utf8',
      });
      assert.match(told.stdout, /served by first\/moving-first before, which failed this time\..*paid anew, \$0\.0/);
    } finally {
      isUp = true;
      session.end();
    }
  });
});

const MAIN = fileURLToPath(new URL('harness/serve.ts', import.meta.url));

/** How much of the input of the request before this one came from the cache. */
function hitShare(usage: Usage | undefined, before: Usage | undefined): number {
  if (usage === undefined || before === undefined) return 0;
  return usage.cacheRead / totalInput(before);
}

type Session = {
  readonly say: (words: string) => Promise<void>;
  /** Those of the session, oldest first, once there are so many. */
  readonly entries: (count: number) => Promise<readonly LedgerEntry[]>;
  readonly end: () => void;
};

function begin(gateway: Gateway | undefined, slug: string): Session {
  assert.ok(gateway !== undefined);
  const { url, token, home } = gateway;
  const workspace: Workspace = newWorkspace(codexConfig({ url, token }, slug));
  let turns = 0;
  return {
    say: async (words) => {
      const resume = turns === 0 ? [] : ['resume', '--last'];
      turns += 1;
      const flags = ['--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'];
      const done = await runCodex({
        args: ['exec', ...flags, ...resume, words],
        cwd: workspace.directory,
        environment: cleanEnvironment({ CODEX_HOME: workspace.codexHome }),
        timeoutMs: 120_000,
      });
      assert.equal(done.status, 0, transcript(done));
    },
    entries: (count) => entriesOf(home, slug, count),
    end: workspace.remove,
  };
}

async function entriesOf(home: string, route: string, count: number): Promise<readonly LedgerEntry[]> {
  const opened = openLedgerReader(join(home, 'plugboard.db'));
  assert.ok(opened.ok);
  try {
    for (let tries = 0; ; tries += 1) {
      const all = (await opened.reader.list({})).filter((entry) => entry.route === route);
      if (all.length >= count || tries > 50) {
        assert.equal(all.length, count);
        return all.reverse();
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await opened.reader.close();
  }
}

function configFor(url: string, failingUrl: string): string {
  const provider = (name: string, lines: string, at: string): string =>
    `  ${name}: { ${lines}, base_url: "${at}/v1", api_key: ${KEY} }`;
  const model = (slug: string, name: string): string =>
    `  - { slug: ${slug}, provider: ${name}, context_window: 400000, price: { input: 10, cached_input: 1, output: 20 } }`;
  return `providers:
${Object.entries(DEPLOYMENTS)
  .map(([name, lines]) => provider(name, lines, url))
  .join('\n')}
${provider('first', 'protocol: openai-chat', failingUrl)}
${provider('second', 'protocol: openai-chat', url)}
models:
${Object.keys(DEPLOYMENTS)
  .map((name) => model(name, name))
  .join('\n')}
${model('moving-first', 'first')}
${model('moving-second', 'second')}
routes:
  moving: { strategy: fallback, targets: [moving-first, moving-second] }
`;
}
