import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { LedgerEntry } from '../../src/metering/ledger.ts';
import { type Scenario, script } from '../../src/simulator/script.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { openLedgerReader } from '../../src/storage/ledger-reader.ts';
import { run } from '../codex/cases/work.ts';
import { type CodexRun, cleanEnvironment, runCodex, shownErrors, transcript } from '../codex/harness/codex.ts';
import { type Gateway, startGateway } from '../codex/harness/gateway.ts';
import { codexConfig, newWorkspace } from '../codex/harness/workspace.ts';

/** Never done. */
const endless: Scenario = (turn) => script([run(`echo ${turn.rounds}`)]);

async function gatewayWith(t: TestContext, policy: string): Promise<Gateway> {
  const simulator = await startSimulator({ scenario: endless, rules: 'none' });
  t.after(() => simulator.close());
  const gateway = await startGateway(`providers: { near: { protocol: openai-chat, base_url: "${simulator.url}/v1" } }
models: [{ slug: dear, provider: near, context_window: 128000, price: { input: 10, output: 20 } }]
policy: { ${policy} }
`);
  t.after(() => gateway.close());
  return gateway;
}

async function codex(t: TestContext, gateway: Gateway): Promise<CodexRun> {
  const workspace = newWorkspace(codexConfig(gateway, 'dear'));
  t.after(() => workspace.remove());
  return runCodex({
    args: ['exec', '--json', '--sandbox', 'danger-full-access', 'Go on.'],
    cwd: workspace.directory,
    environment: cleanEnvironment({ CODEX_HOME: workspace.codexHome }),
    timeoutMs: 120_000,
  });
}

async function entries(gateway: Gateway): Promise<readonly LedgerEntry[]> {
  // Rows are written a moment later.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const opened = openLedgerReader(join(gateway.home, 'plugboard.db'));
  assert.ok(opened.ok);
  try {
    return await opened.reader.list({});
  } finally {
    await opened.reader.close();
  }
}

const usd = (rows: readonly LedgerEntry[]): number => rows.reduce((sum, row) => sum + (row.costNanoUsd ?? 0), 0) / 1e9;

test('the real Codex stops where its session has spent what it may, and says so', async (t) => {
  const gateway = await gatewayWith(t, 'max_cost_usd_per_session: 0.5');
  const done = await codex(t, gateway);
  assert.equal(done.status, 1, transcript(done));
  const rows = await entries(gateway);
  const served = rows.filter(({ outcome }) => outcome === 'completed');
  assert.ok(served.length >= 2, transcript(done));
  assert.ok(usd(rows) <= 0.5 && usd(rows) > 0.25, String(usd(rows)));
  t.diagnostic(`${served.length} calls served for $${usd(rows).toFixed(4)} of $0.50`);
  // Asked once more, and told once.
  assert.deepEqual(
    rows.filter(({ outcome }) => outcome === 'refused').map(({ status }) => status),
    [400],
  );
  const errors = new Set(shownErrors(done));
  assert.equal(errors.size, 1, transcript(done));
  assert.match(
    [...errors][0] ?? '',
    /"dear" would cost about \$0\.\d+: policy\.max_cost_usd_per_session \(config\.yaml, line \d+\) allows \$0\.50 for this session, of which \$0\.\d+ is left/,
  );
});

test('three agents side by side keep within the month together', async (t) => {
  const gateway = await gatewayWith(t, 'max_cost_usd_per_month: 1');
  const runs = await Promise.all([codex(t, gateway), codex(t, gateway), codex(t, gateway)]);
  for (const done of runs) {
    assert.equal(done.status, 1, transcript(done));
    assert.match(shownErrors(done)[0] ?? '', /policy\.max_cost_usd_per_month .* allows \$1\.00 for (this )?month/);
  }
  const rows = await entries(gateway);
  assert.ok(usd(rows) <= 1 && usd(rows) > 0.7, String(usd(rows)));
  t.diagnostic(`three agents: ${rows.length} calls for $${usd(rows).toFixed(4)} of $1.00`);
  assert.equal(new Set(rows.map(({ sessionId }) => sessionId)).size, 3);
});
