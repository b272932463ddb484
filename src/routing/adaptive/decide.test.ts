import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Candidate, followed, permitted, suggest } from './decide.ts';
import { type AdaptiveSettings, DEFAULT_ADAPTIVE } from './settings.ts';

const chance = fc.double({ min: 0, max: 1, noNaN: true });
const candidate: fc.Arbitrary<Candidate> = fc.record({
  score: fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.constant(Number.POSITIVE_INFINITY)),
  confidence: chance,
  trouble: chance,
  unheard: fc.boolean(),
  costNanoUsd: fc.option(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true })), { nil: undefined }),
});
const settings: fc.Arbitrary<AdaptiveSettings> = fc.record({
  enabled: fc.constant(true),
  shadowMode: fc.constant(false),
  canary: fc.constant(1),
  minConfidenceDelta: chance,
  costGuardEnabled: fc.constant(true),
  maxCostMultiplier: fc.double({ min: 0.01, max: 10, noNaN: true }),
  criticalRiskThreshold: chance,
});

const ranked = (all: readonly Candidate[]): readonly number[] =>
  all.map((_, index) => index).sort((one, other) => (all[one]?.score ?? 0) - (all[other]?.score ?? 0));

const well: Candidate = { score: 1, confidence: 0.98, trouble: 0.01, unheard: false, costNanoUsd: 100 };
const bad: Candidate = { score: 9, confidence: 0.3, trouble: 0.8, unheard: false, costNanoUsd: 100 };

test('law: what is suggested never costs more than the guard allows, and has a known price', () => {
  fc.assert(
    fc.property(fc.array(candidate, { minLength: 1, maxLength: 8 }), fc.nat(), settings, (all, at, given) => {
      const baseline = at % all.length;
      const { suggested } = suggest(all, ranked(all), baseline, given);
      if (suggested === baseline) return;
      const [to, from] = [all[suggested]?.costNanoUsd, all[baseline]?.costNanoUsd];
      assert.ok(to !== undefined && from !== undefined && to <= from * given.maxCostMultiplier);
    }),
    { numRuns: 2_000 },
  );
});

test('law: the shares of who would be chosen sum to those of the draw', () => {
  fc.assert(
    fc.property(fc.array(candidate, { minLength: 1, maxLength: 8 }), settings, (all, given) => {
      const chances = all.map(() => 1 / all.length);
      const shares = followed(all, ranked(all), chances, given);
      assert.ok(Math.abs(shares.reduce((sum, one) => sum + one, 0) - 1) < 1e-9);
    }),
  );
});

test('it switches where it is enough surer, or the baseline is in critical trouble', () => {
  const all = [bad, well];
  assert.equal(suggest(all, [1, 0], 0, DEFAULT_ADAPTIVE).suggested, 1);
  assert.equal(suggest([{ ...bad, confidence: 0.9, trouble: 0.1 }, well], [1, 0], 0, DEFAULT_ADAPTIVE).suggested, 0);
  assert.equal(suggest([{ ...bad, confidence: 0.9, trouble: 0.7 }, well], [1, 0], 0, DEFAULT_ADAPTIVE).suggested, 1);
});

test('the guard has no exception, and the next one that passes is taken', () => {
  const dear = { ...well, costNanoUsd: 201 };
  const unpriced = { ...well, costNanoUsd: undefined };
  assert.deepEqual(suggest([bad, dear], [1, 0], 0, DEFAULT_ADAPTIVE), { suggested: 0, costGuardBlocked: true });
  assert.deepEqual(suggest([bad, unpriced], [1, 0], 0, DEFAULT_ADAPTIVE), { suggested: 0, costGuardBlocked: true });
  assert.deepEqual(suggest([bad, dear, well], [1, 2, 0], 0, DEFAULT_ADAPTIVE), {
    suggested: 2,
    costGuardBlocked: true,
  });
  assert.equal(permitted(dear, bad, { ...DEFAULT_ADAPTIVE, costGuardEnabled: false }), true);
  assert.equal(permitted({ costNanoUsd: 0 }, { costNanoUsd: 0 }, DEFAULT_ADAPTIVE), true);
  assert.equal(permitted({ costNanoUsd: 1 }, { costNanoUsd: 0 }, DEFAULT_ADAPTIVE), false);
});

test('a deployment in trouble of which nothing was heard is looked at by the call that was drawn for it', () => {
  assert.equal(suggest([{ ...bad, unheard: true }, well], [1, 0], 0, DEFAULT_ADAPTIVE).suggested, 0);
});
