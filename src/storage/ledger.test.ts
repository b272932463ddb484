import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { Attempt } from '../ir/attempt.ts';
import type { Ledger, LedgerEntry, LedgerReader } from '../metering/ledger.ts';
import { ARMS } from '../routing/adaptive/decision.ts';
import { openLedgerReader } from './ledger-reader.ts';
import { openLedger } from './ledger-writer.ts';
import type { StorageProblem } from './problem.ts';
import { problemOf } from './problem.ts';
import { entryOf } from './testing/entries.ts';

function place(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'plugboard-ledger-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'plugboard.db');
}

function writer(file: string): Ledger {
  const opened = openLedger(file, { trouble: (problem) => assert.fail(problem.message) });
  assert.ok(opened.ok, opened.ok ? '' : opened.problem.message);
  return opened.ledger;
}

function reader(file: string): LedgerReader {
  const opened = openLedgerReader(file);
  assert.ok(opened.ok, opened.ok ? '' : opened.problem.message);
  return opened.reader;
}

async function write(file: string, entries: readonly LedgerEntry[]): Promise<void> {
  const ledger = writer(file);
  for (const entry of entries) ledger.record(entry);
  await ledger.close();
}

async function read(file: string): Promise<readonly LedgerEntry[]> {
  const ledger = reader(file);
  try {
    return await ledger.list({});
  } finally {
    await ledger.close();
  }
}

const text = fc.string({ unit: 'grapheme' });
const count = fc.nat();
const duration = fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value + 0);
const attempt: fc.Arbitrary<Attempt> = fc.record(
  {
    provider: text,
    model: text,
    slug: text,
    credentialId: text,
    startedAt: fc.nat(),
    firstTokenMs: duration,
    totalMs: duration,
    usage: fc.record({ freshInput: count, cacheRead: count, cacheWrite: count, output: count, reasoning: count }),
    costNanoUsd: count,
    failure: fc.record(
      {
        kind: fc.constantFrom('timeout', 'rate-limited'),
        message: text,
        mend: text,
        status: count,
        retryAfterMs: count,
      },
      { requiredKeys: ['kind', 'message'] },
    ),
  },
  { requiredKeys: ['provider', 'model', 'slug', 'startedAt'] },
);
const choice = fc.record(
  { provider: text, slug: text, ttftMs: count, errors: duration, costNanoUsd: count },
  { requiredKeys: ['provider', 'slug', 'ttftMs', 'errors'] },
);
const entry: fc.Arbitrary<LedgerEntry> = fc.record(
  {
    requestId: text,
    sessionId: text,
    threadId: text,
    caller: text,
    originator: text,
    requestKind: text,
    tags: fc.array(text, { maxLength: 3 }),
    protocol: fc.constantFrom('openai-responses', 'openai-chat', 'anthropic-messages'),
    route: text,
    slug: text,
    provider: text,
    model: text,
    path: fc.constantFrom('bytes', 'translated'),
    startedAt: fc.nat({ max: 8_640_000_000_000_000 }),
    firstTokenMs: duration,
    totalMs: duration,
    attempts: fc.array(attempt, { maxLength: 2 }),
    why: fc.array(
      fc.record(
        {
          slug: text,
          text,
          rule: fc.constant('hard-limit' as const),
          score: fc.nat(),
          chance: fc.nat(),
          order: fc.array(text, { maxLength: 2 }),
        },
        { requiredKeys: ['text'] },
      ),
      { maxLength: 2 },
    ),
    usage: fc.record({ freshInput: count, cacheRead: count, cacheWrite: count, output: count, reasoning: count }),
    costNanoUsd: fc.maxSafeNat(),
    priceSource: text,
    adaptive: fc.record({
      baseline: choice,
      suggested: choice,
      wouldSwitch: fc.boolean(),
      applied: fc.boolean(),
      costGuardBlocked: fc.boolean(),
      arm: fc.constantFrom(...ARMS),
      health: fc.constant({ a: 'healthy', b: 'failing' } as const),
      chance: duration,
      following: duration,
    }),
    cacheBreak: fc.oneof(
      fc.record({
        cause: fc.constant('moved' as const),
        from: text,
        why: fc.constantFrom('failed', 'gone', 'cold'),
        lostTokens: count,
        lostNanoUsd: count,
      }),
      fc.record({ cause: fc.constant('cold' as const), idleMs: fc.nat(), lostTokens: count }),
      fc.record(
        { cause: fc.constant('changed' as const), kept: count, of: count, member: text, lostTokens: count },
        { requiredKeys: ['cause', 'kept', 'of', 'lostTokens'] },
      ),
      fc.record({ cause: fc.constant('evicted' as const), of: count, lostTokens: count }),
      fc.record({ cause: fc.constant('unknown' as const), lostTokens: count }),
    ),
    losses: fc.array(fc.record({ path: text, why: text }), { maxLength: 2 }),
    toolCalls: fc.record({ made: count, malformed: count, failedPatches: count }),
    outcome: fc.constantFrom('completed', 'incomplete', 'failed', 'cancelled', 'refused'),
    failureKind: text,
    status: count,
  },
  {
    requiredKeys: [
      'requestId',
      'caller',
      'tags',
      'protocol',
      'route',
      'path',
      'startedAt',
      'totalMs',
      'attempts',
      'why',
      'losses',
      'outcome',
      'status',
    ],
  },
);

test('law: what is written is what is read, newest first', async (t) => {
  const file = place(t);
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 8 }), async (generated) => {
      const entries = structuredClone(generated);
      for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
      await write(file, entries);
      const newestFirst = entries
        .map((one, index) => ({ one, index }))
        .sort((a, b) => b.one.startedAt - a.one.startedAt || b.index - a.index)
        .map(({ one }) => one);
      assert.deepEqual(await read(file), newestFirst);
    }),
    { numRuns: 40 },
  );
});

test('a ledger of the first format is brought to the newest, with all that it holds', async (t) => {
  const file = place(t);
  const old = entryOf({ requestId: 'old', sessionId: 's' });
  await write(file, [old]);
  const database = new DatabaseSync(file);
  database.exec(
    'alter table requests drop column cache_break; alter table requests drop column adaptive; pragma user_version = 1',
  );
  database.close();
  assert.deepEqual(await read(file), [old], 'a reader upgrades it as well as a writer');
  const broken = entryOf({ requestId: 'new', startedAt: 2_000, cacheBreak: { cause: 'unknown', lostTokens: 5 } });
  await write(file, [broken]);
  assert.deepEqual(await read(file), [broken, old]);
});

test('entries are found by id, by session and by time, and limited', async (t) => {
  const file = place(t);
  await write(
    file,
    [1, 2, 3, 4].map((at) =>
      entryOf({
        requestId: `r${at}`,
        startedAt: at,
        tags: at % 2 === 0 ? ['even', `"at" ${at}`] : ['event'],
        ...(at > 2 ? { sessionId: 's' } : {}),
      }),
    ),
  );
  const ledger = reader(file);
  const ids = async (filter: Parameters<LedgerReader['list']>[0]): Promise<string> =>
    (await ledger.list(filter)).map((one) => one.requestId).join();
  assert.equal(await ids({ limit: 2 }), 'r4,r3');
  assert.equal(await ids({ since: 2, until: 4 }), 'r3,r2');
  assert.equal(await ids({ sessionId: 's' }), 'r4,r3');
  assert.equal(await ids({ tag: 'even' }), 'r4,r2');
  assert.equal(await ids({ tag: '"at" 2' }), 'r2');
  assert.equal(await ids({ tag: 'none' }), '');
  assert.equal((await ledger.find('r2'))?.startedAt, 2);
  assert.equal(await ledger.find('none'), undefined);
  await ledger.close();
});

test('record returns at once and is on the disk within a second; another process reads meanwhile', async (t) => {
  const file = place(t);
  const ledger = writer(file);
  const beside = reader(file);
  ledger.record(entryOf({ requestId: 'first' }));
  assert.equal((await beside.list({})).length, 0);
  const limit = Date.now() + 5_000;
  while ((await beside.list({})).length === 0 && Date.now() < limit) await new Promise((done) => setTimeout(done, 25));
  assert.equal((await beside.list({}))[0]?.requestId, 'first');
  for (let index = 0; index < 1_000; index += 1) ledger.record(entryOf({ requestId: `r${index}` }));
  await ledger.close();
  assert.equal((await beside.list({})).length, 1_001);
  ledger.record(entryOf());
  await beside.close();
});

const script = fileURLToPath(new URL('./testing/record-and-wait.ts', import.meta.url));

test('kill -9 takes at most the batch that was not written yet, and leaves a ledger that opens', async (t) => {
  const file = place(t);
  const child = spawn(process.execPath, [script, file, '500', 'kill'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const entries = await read(file);
  assert.equal(entries.filter((one) => one.requestId.startsWith('early-')).length, 500);
  assert.ok(entries.length <= 501);
  await write(file, [entryOf({ requestId: 'after' })]);
  assert.equal((await read(file)).filter((one) => one.requestId === 'after').length, 1);
});

test('a process that closes its ledger loses nothing', async (t) => {
  const file = place(t);
  const child = spawnSync(process.execPath, [script, file, '500', 'close'], { encoding: 'utf8' });
  assert.equal(child.status, 0, child.stderr);
  const entries = await read(file);
  assert.equal(entries.length, 501);
  assert.ok(entries.some((one) => one.requestId === 'last'));
});

test('two writers take turns', async (t) => {
  const file = place(t);
  const one = writer(file);
  const two = writer(file);
  for (let index = 0; index < 300; index += 1)
    (index % 2 === 0 ? one : two).record(entryOf({ requestId: `r${index}` }));
  await one.close();
  await two.close();
  assert.equal((await read(file)).length, 300);
});

test('a lock that lasts is told, nothing is lost, and recording goes on', async (t) => {
  const file = place(t);
  const told: { problem: StorageProblem; waiting: number; lost: number }[] = [];
  const opened = openLedger(file, { trouble: (problem, waiting, lost) => told.push({ problem, waiting, lost }) });
  assert.ok(opened.ok);
  const other = new DatabaseSync(file);
  other.exec('begin immediate');
  opened.ledger.record(entryOf());
  const limit = Date.now() + 5_000;
  while (told.length === 0 && Date.now() < limit) await new Promise((done) => setTimeout(done, 25));
  assert.equal(told[0]?.problem.kind, 'busy');
  assert.equal(told[0]?.waiting, 1);
  other.exec('commit');
  other.close();
  await opened.ledger.close();
  assert.equal((await read(file)).length, 1);
});

test('an entry that cannot be stored is given up alone, and told', async (t) => {
  const file = place(t);
  const lost: number[] = [];
  const opened = openLedger(file, { trouble: (_problem, _waiting, given) => lost.push(given) });
  assert.ok(opened.ok);
  for (let index = 0; index < 20; index += 1) {
    opened.ledger.record(entryOf({ requestId: `r${index}`, totalMs: index === 7 ? Number.NaN : index }));
  }
  await opened.ledger.close();
  assert.deepEqual(lost, [1]);
  assert.equal((await read(file)).length, 19);
});

test('a file that is no ledger, and one of a newer version, are told with the mend', (t) => {
  const damaged = place(t);
  writeFileSync(damaged, 'this is no database, and long enough that nobody takes it for one');
  const opened = openLedger(damaged, { trouble: () => undefined });
  assert.ok(!opened.ok && opened.problem.kind === 'corrupt' && /Move it away/.test(opened.problem.mend));

  const newer = place(t);
  const database = new DatabaseSync(newer);
  database.exec('pragma user_version = 999');
  database.close();
  const refused = openLedgerReader(newer);
  assert.ok(!refused.ok && refused.problem.kind === 'newer' && /Update Plugboard/.test(refused.problem.mend));
});

test('a folder that is not there is told with the mend', (t) => {
  const opened = openLedger(join(place(t), 'none', 'plugboard.db'), { trouble: () => undefined });
  assert.ok(!opened.ok && opened.problem.kind === 'cannot-open');
});

test('each number of SQLite has its words, extended codes included', () => {
  const kinds = [8, 11, 13, 5, 14, 26, 8 | (4 << 8), 1].map(
    (errcode) => problemOf(Object.assign(new Error('x'), { errcode }), 'f').kind,
  );
  assert.deepEqual(kinds, ['read-only', 'corrupt', 'full', 'busy', 'cannot-open', 'corrupt', 'read-only', 'other']);
});

test('a ledger that is not there yet reads as empty and is not made', async (t) => {
  const file = place(t);
  assert.deepEqual(await read(file), []);
  assert.equal(existsSync(file), false);
});

test('the file is its owner alone', { skip: process.platform === 'win32' && 'Windows has no modes' }, async (t) => {
  const file = place(t);
  await write(file, [entryOf()]);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});
