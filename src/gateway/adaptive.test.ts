import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHAT, KEY, lastEntry, say, staged } from './testing/stage.ts';

const ROUTES = `  spread: { strategy: risk, targets: [eyes, blind] }
  clever: { strategy: adaptive, targets: [eyes, blind] }
default_model: one
`;

test('in shadow each choice of risk is one line of the log and part of the ledger, without words or keys', async (t) => {
  const stage = await staged(t, (_, response) => say(response), `${ROUTES}adaptive_router: { enabled: true }`);
  for (const route of ['spread', 'clever']) {
    const reply = await stage.ask({ body: CHAT(route) });
    assert.equal(reply.status, 200);
    const { adaptive } = await lastEntry(stage, String(reply.headers['x-request-id']));
    assert.equal(adaptive?.applied, false);
    assert.equal(adaptive?.arm, 'shadow');
    assert.deepEqual(Object.keys(adaptive?.health ?? {}).sort(), ['blind', 'eyes']);
  }
  const lines = stage
    .log()
    .split('\n')
    .filter((line) => line.includes('"msg":"adaptive"'))
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, 2);
  for (const line of lines) {
    assert.deepEqual(Object.keys(line).sort(), [
      'applied',
      'arm',
      'baseline_model',
      'baseline_provider',
      'cost_guard_blocked',
      'health',
      'level',
      'msg',
      'requestId',
      'suggested_model',
      'suggested_provider',
      'time',
      'would_switch',
    ]);
  }
  assert.ok(!stage.log().includes(KEY) && !stage.log().includes('hello'));
});

test('where it is off nothing is computed', async (t) => {
  const stage = await staged(t, (_, response) => say(response), ROUTES);
  const reply = await stage.ask({ body: CHAT('clever') });
  const { adaptive } = await lastEntry(stage, String(reply.headers['x-request-id']));
  assert.equal(adaptive, undefined);
  assert.ok(!stage.log().includes('"msg":"adaptive"'));
});
