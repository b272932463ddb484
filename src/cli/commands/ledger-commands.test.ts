import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LedgerEntry } from '../../metering/ledger.ts';
import { openLedger } from '../../storage/ledger-writer.ts';
import { bench, type TestBench } from '../testing/context.ts';

const USAGE = { freshInput: 1_000, cacheRead: 9_000, cacheWrite: 0, output: 500, reasoning: 100 };
const SERVED: LedgerEntry = {
  requestId: 'req-served',
  caller: 'local',
  tags: [],
  protocol: 'openai-responses',
  route: 'codex-default',
  slug: 'coder',
  provider: 'work',
  model: 'coder-1',
  path: 'translated',
  startedAt: 1_000,
  firstTokenMs: 120,
  totalMs: 2_500,
  attempts: [
    {
      provider: 'other',
      model: 'm',
      slug: 'o',
      startedAt: 1_000,
      failure: { kind: 'overloaded', message: 'Too busy.' },
    },
    { provider: 'work', model: 'coder-1', slug: 'coder', startedAt: 1_100, firstTokenMs: 120 },
  ],
  why: [
    { slug: 'coder', text: 'the first target that can serve', score: 0.00123, chance: 0.75 },
    { slug: 'small', text: 'About 90000 tokens do not fit.', rule: 'context-window' },
    { slug: 'codex-default', text: 'The route gives o, then coder, then spare.', order: ['o', 'coder', 'spare'] },
  ],
  usage: USAGE,
  costNanoUsd: 12_345_000,
  cacheBreak: { cause: 'moved', from: 'other/m', why: 'failed', lostTokens: 1_000, lostNanoUsd: 2_000_000 },
  losses: [{ path: 'text.verbosity', why: 'the provider has no such setting' }],
  outcome: 'completed',
  status: 200,
};
const FAILED: LedgerEntry = {
  requestId: 'req-failed',
  caller: 'local',
  tags: [],
  protocol: 'openai-responses',
  route: 'nope',
  path: 'translated',
  startedAt: 2_000,
  totalMs: 3,
  attempts: [],
  why: [],
  losses: [],
  outcome: 'failed',
  failureKind: 'model-not-found',
  status: 404,
};

test('an empty ledger: nothing to tell, and what to run', async (t) => {
  const { run, said } = bench(t);
  assert.equal(await run('history'), 0);
  assert.equal(await run('stats'), 0);
  assert.equal(said.out, '');
  assert.match(said.err, /^No request has gone through the gateway yet\. Try: plugboard codex\n/);
  assert.equal(await run('history', '--json'), 0);
  assert.equal(said.out, '[]\n');
  assert.equal(await run('why'), 1);
  assert.match(said.err, /mend: plugboard codex\n$/);
});

test('history: newest first, as a table, as JSON and as JSON lines', async (t) => {
  const made = await withEntries(bench(t));
  const { run, said } = made;
  assert.equal(await run('history'), 0);
  const lines = said.out.trimEnd().split('\n');
  assert.equal(lines.length, 3);
  assert.match(lines[1] ?? '', /nope +- +failed \(model-not-found\) .* req-failed$/);
  assert.match(
    lines[2] ?? '',
    /codex-default +work\/coder-1 +completed after 1 .* 10k +! 9000 \(90 %\) +500 +\$0\.0123 +120 ms/,
  );
  said.out = '';
  await run('history', '--jsonl', '--limit', '1');
  assert.equal(JSON.parse(said.out).requestId, 'req-failed');
  said.out = '';
  await run('history', '--jsonl');
  assert.equal(JSON.parse(said.out.split('\n')[1] ?? '').cachedShare, 0.9);
  said.out = '';
  await run('history', '--json');
  assert.deepEqual(
    JSON.parse(said.out).map((entry: LedgerEntry) => entry.requestId),
    ['req-failed', 'req-served'],
  );
});

test('why: the reasons, every attempt, and what was left out', async (t) => {
  const { run, said } = await withEntries(bench(t));
  assert.equal(await run('why', 'req-served'), 0);
  for (const words of [
    'asked for   codex-default',
    'served by   work/coder-1',
    'outcome     completed after 1 failed, HTTP 200',
    'tokens      10k in, of which cached 9000 (90 %); 500 out, $0.0123',
    'o                -       -  tried: overloaded\n',
    'coder      0.00123    75 %  served\n',
    'spare            -       -  not tried: number 3 in the order\n',
    'small            -       -  shut out: context-window',
    'coder: the first target that can serve',
    '1. other/m: overloaded: Too busy.',
    '2. work/coder-1: first token after 120 ms',
    'text.verbosity: the provider has no such setting',
    'The session was served by other/m before, which failed this time.',
    '1000 tokens that were cached are paid anew, $0.002 more than from the cache.',
  ]) {
    assert.ok(said.out.includes(words), `${words} in\n${said.out}`);
  }
  said.out = '';
  assert.equal(await run('why', 'req-failed'), 0);
  assert.match(said.out, /^outcome {5}failed \(model-not-found\), HTTP 404, 3 ms$/m);
  said.out = '';
  assert.equal(await run('why', '--json'), 0);
  assert.equal(JSON.parse(said.out).requestId, 'req-failed');
  assert.equal(await run('why', 'req-none'), 1);
  assert.match(said.err, /the ledger holds no request req-none\n {2}mend: plugboard history\n$/);
});

test('stats sums up by model, and an estimate says that it is one', async (t) => {
  const { run, said, home } = await withEntries(bench(t));
  writeFileSync(
    join(home, 'config.yaml'),
    `providers: { other: { protocol: openai-chat, base_url: "http://127.0.0.1:1/v1" } }
models:
  - { slug: cheap, provider: other, price: { input: 1, cached_input: 0.1, output: 2 } }
  - { slug: dark, provider: other }
`,
  );
  assert.equal(await run('stats'), 0);
  assert.match(said.out, /^coder +1 +0 +10k +9000 \(90 %\) +500 +\$0\.0123 +\$12\.\d+ +120 ms +2\.5 s +1\.00$/m);
  assert.match(said.out, /^\(none reached\) +1 +1 \(100 %\) /m);
  assert.match(said.out, /^total +2 +1 \(50 %\) /m);
  assert.match(said.out, /^1 request did not find the cache .*: 1000 tokens were paid anew, \$0\.002 more /m);
  said.out = '';
  assert.equal(await run('stats', '--against', 'cheap'), 0);
  // 1,000 x 1 + 9,000 x 0.1 + 500 x 2 USD per million.
  assert.match(
    said.out,
    /^The same tokens would have cost about \$0\.0029 at cheap \(other\/cheap\), against \$0\.0123\.\nAn estimate: another model would have used other tokens, and its cache would have hit otherwise\.\nWhat it would really cost, the provider's bill decides\.$/m,
  );
  said.out = '';
  assert.equal(await run('stats', '--against', 'cheap', '--json'), 0);
  assert.equal(JSON.parse(said.out).estimate.costNanoUsd, 2_900_000);
  assert.equal(await run('stats', '--against', 'dark'), 1);
  assert.match(said.err, /dark \(other\/dark\) has no known price\n {2}mend: .*price: \{ input: USD, output: USD \}/);
  assert.equal(await run('stats', '--against', 'chaep'), 1);
  assert.match(said.err, /no model or route is called "chaep"\n {2}mend: Nearest: cheap/);
});

test('stats by what was asked for, by provider, and since a time', async (t) => {
  const { run, said } = await withEntries(bench(t));
  assert.equal(await run('stats', '--by', 'route'), 0, said.err);
  assert.match(said.out, /^ASKED FOR +REQUESTS .* PER 1000 .* QUALITY\n/);
  assert.match(said.out, /^codex-default +1 .* 0\.50$/m);
  said.out = '';
  assert.equal(await run('stats', '--by', 'provider', '--json', '--since', '1970-01-01'), 0, said.err);
  const { by, models } = JSON.parse(said.out);
  assert.deepEqual([by, models.map(({ key }: { key: string }) => key)], ['provider', ['', 'work']]);
  said.err = '';
  assert.equal(await run('stats', '--since', '7d'), 0);
  assert.match(said.err, /^No request has gone through the gateway since then\.$/m);
  assert.equal(await run('stats', '--since', 'yesterday'), 2);
  assert.match(said.err, /span such as 24h or 7d/);
  assert.equal(await run('stats', '--by', 'colour'), 2);
});

test('a ledger that is damaged: its name and the mend', async (t) => {
  const { run, said, home } = bench(t);
  mkdirSync(home);
  writeFileSync(
    join(home, 'plugboard.db'),
    'this is no database, and long enough to be read as a header of one'.repeat(9),
  );
  assert.equal(await run('history'), 1);
  assert.match(said.err, /^plugboard: The ledger .*plugboard\.db is damaged\.\n {2}mend: Move it away/);
});

async function withEntries(made: TestBench): Promise<TestBench> {
  mkdirSync(made.home);
  const opened = openLedger(join(made.home, 'plugboard.db'), { trouble: ({ message }) => assert.fail(message) });
  assert.ok(opened.ok);
  opened.ledger.record(SERVED);
  opened.ledger.record(FAILED);
  await opened.ledger.close();
  return made;
}
