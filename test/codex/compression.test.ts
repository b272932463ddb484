import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { liveBench, runProgram } from '../../src/cli/testing/live.ts';
import { isJsonObject, type Json } from '../../src/ir/json.ts';
import { call, rounds, say, script } from '../../src/simulator/script.ts';
import { startSimulator } from '../../src/simulator/server.ts';

const FAILURE = '2026-11-26 10:07:00 ERROR cannot open /srv/data/index.db: permission denied';
const LOG = [
  ...Array.from({ length: 250 }, (_, index) => `2026-11-26 10:00:${10 + (index % 50)} INFO worker beat ${index} ok`),
  FAILURE,
].join('\n');

/** Codex itself cuts an output in the middle beyond some 10 KB; this one it sends whole. */
const looks = rounds(
  script([call('exec_command', { cmd: 'cat app.log', yield_time_ms: 20_000, max_output_tokens: 20_000 })]),
  script([call('exec_command', { cmd: 'echo seen', yield_time_ms: 20_000 })]),
  script([say('It is the permission of index.db.')]),
);

test('an output that Codex sends again and again is shortened the same way each time, its failure word by word', async (t) => {
  const simulator = await startSimulator({ scenario: looks, models: ['m'] });
  t.after(() => simulator.close());
  const bench = await liveBench(
    t,
    `compression: { tool_results: true }
providers: { sim: { protocol: openai-chat, base_url: "${simulator.url}/v1" } }
models: [{ slug: m, provider: sim, context_window: 128000 }]
`,
  );
  const work = join(dirname(bench.home), 'work');
  mkdirSync(work);
  writeFileSync(join(work, 'app.log'), `${LOG}\n`);
  const args = ['codex', 'exec', '--skip-git-repo-check', '--sandbox', 'danger-full-access', '--ephemeral', 'Look.'];
  const ended = await runProgram(args, bench.environment, { cwd: work });
  assert.equal(ended.status, 0, ended.err);
  assert.match(ended.out, /permission of index\.db/);
  const bodies = simulator.requests.filter(({ path }) => path.endsWith('/chat/completions')).map(({ body }) => body);
  assert.equal(bodies.length, 3);
  const outputs = bodies.slice(1).map((body) => outputOf(body));
  const [first = '', second = ''] = outputs;
  assert.equal(second, first, 'the prefix stays the same');
  assert.ok(first.includes(FAILURE), first);
  assert.ok(first.length < LOG.length / 3, `${first.length} of ${LOG.length}`);
  const why = await bench.run('why');
  assert.match(why.out, /shorten|folded|tokens/i, why.out);
});

/** The text of the first tool result of a request of Chat Completions. */
function outputOf(body: Json | undefined): string {
  const messages = isJsonObject(body) && Array.isArray(body['messages']) ? body['messages'] : [];
  const result = messages.find((message: Json) => isJsonObject(message) && message['role'] === 'tool');
  return isJsonObject(result) ? JSON.stringify(result['content']) : '';
}
