import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CODEX_PROVIDERS } from '../../policy/settings.ts';
import type { ModelWish } from './choose-model.ts';
import { type WayPolicy, weighWays } from './codex-ways.ts';

const FREE: WayPolicy = {
  localOnly: false,
  avoidOpenai: false,
  openModelsOnly: false,
  capped: false,
  listed: false,
  limited: false,
};

test('the order is kept, each way once; one by name stands alone', () => {
  const ways = weighWays('auto', ['local', 'gateway', 'local'], FREE);
  assert.deepEqual(ways, [{ way: 'local' }, { way: 'gateway' }]);
  assert.deepEqual(weighWays('standard', ['local', 'gateway'], FREE), [{ way: 'standard' }]);
});

test('what nobody could hold to the policy is out, the gateway never', () => {
  const out = (policy: Partial<WayPolicy>): readonly string[] =>
    weighWays('auto', CODEX_PROVIDERS, { ...FREE, ...policy }).flatMap(({ way, excluded }) => (excluded ? [way] : []));
  assert.deepEqual(out({ localOnly: true }), ['huggingface', 'local', 'standard']);
  assert.deepEqual(out({ limited: true }), ['huggingface', 'local', 'standard']);
  assert.deepEqual(out({ avoidOpenai: true }), ['standard']);
  assert.deepEqual(out({ openModelsOnly: true }), ['standard']);
  assert.deepEqual(out({ capped: true }), ['huggingface', 'standard']);
  fc.assert(
    fc.property(
      fc.record({
        localOnly: fc.boolean(),
        avoidOpenai: fc.boolean(),
        openModelsOnly: fc.boolean(),
        capped: fc.boolean(),
        listed: fc.boolean(),
        limited: fc.boolean(),
      }),
      (policy) => !out(policy).includes('gateway'),
    ),
  );
});

test('what was asked for by name does not go elsewhere', () => {
  const left = (wish: ModelWish): readonly string[] =>
    weighWays('auto', CODEX_PROVIDERS, { ...FREE, ...wish }).flatMap(({ way, excluded }) => (excluded ? [] : [way]));
  const by = '--provider';
  assert.deepEqual(left({}), CODEX_PROVIDERS);
  assert.deepEqual(left({ model: 'mine' }), ['gateway']);
  assert.deepEqual(left({ provider: { word: 'gemini', by } }), ['gateway']);
  assert.deepEqual(left({ provider: { word: 'local', by } }), ['gateway', 'local']);
  assert.deepEqual(left({ provider: { word: 'openai', by } }), ['gateway', 'standard']);
  const [alone] = weighWays('standard', [], { ...FREE, model: 'mine' });
  assert.match(alone?.excluded ?? '', /mine was asked for by name/);
});
