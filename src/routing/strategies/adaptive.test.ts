import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testModel, testProvider } from '../../providers/testing/provider.ts';
import { type Beliefs, NO_BELIEFS } from '../adaptive/belief.ts';
import { follow } from '../adaptive/follow.ts';
import { type AdaptiveSettings, DEFAULT_ADAPTIVE } from '../adaptive/settings.ts';
import type { DispatchEvent } from '../dispatch/event.ts';
import { type Health, NO_HEALTH } from '../dispatch/health.ts';
import { observe } from '../dispatch/observe.ts';
import type { RoutePlan, RouteView } from '../plan.ts';
import { planRoute } from '../plan-route.ts';
import type { Route } from '../route.ts';
import { testQuery, testView } from '../testing/view.ts';

const NAMES = ['a', 'b', 'c'] as const;
const MODELS = NAMES.map((name) => testModel(name, testProvider({ id: name }), { price: { input: 100, output: 400 } }));
const SHADOW: AdaptiveSettings = { ...DEFAULT_ADAPTIVE, enabled: true };
const ON: AdaptiveSettings = { ...SHADOW, shadowMode: false, canary: 1 };

/** Deployment a fails twice, lately and after all was well: not often enough for the breaker. */
function known(): { readonly health: Health; readonly beliefs: Beliefs; readonly now: number } {
  let health = NO_HEALTH;
  let beliefs = NO_BELIEFS;
  const tell = (event: DispatchEvent): void => {
    beliefs = follow(beliefs, event, health);
    health = observe(health, event);
  };
  for (const name of NAMES) {
    for (let index = 0; index < 12; index += 1) {
      const startedAt = index * 4_000;
      const failed = name === 'a' && index >= 10;
      const attempt = {
        provider: name,
        model: name,
        slug: name,
        startedAt,
        firstTokenMs: 400,
        totalMs: 900,
        ...(failed ? { failure: { kind: 'server-error' as const, message: '' } } : {}),
      };
      const id = `${name}${index}`;
      tell({ type: 'attempt-start', provider: name, model: name, id, inputTokens: 1_000, at: startedAt });
      tell({ type: 'attempt-end', id, attempt, at: startedAt + 900 });
    }
  }
  return { health, beliefs, now: 46_000 };
}

const KNOWN = known();

function plan(
  strategy: 'risk' | 'adaptive',
  adaptive: AdaptiveSettings,
  more: Partial<RouteView> = {},
  session = 's',
): RoutePlan {
  const route: Route = { slug: 'r', strategy, targets: [...NAMES] };
  const view = testView(MODELS, [route], { ...KNOWN, adaptive, ...more });
  const planned = planRoute(testQuery('r', { inputTokens: 1_000, sessionId: session }), view);
  assert.ok(planned.ok);
  return planned.plan;
}

const order = ({ targets }: RoutePlan): string => targets.map(({ model }) => model.slug).join('');

test('law: shadow mode, and a route by risk, change no plan', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat({ max: 5 }), (draw, temperature) => {
      const more = { draw, dispatch: { ...testView([]).dispatch, temperature } };
      const plain = order(plan('risk', DEFAULT_ADAPTIVE, more));
      assert.equal(order(plan('adaptive', DEFAULT_ADAPTIVE, more)), plain);
      assert.equal(order(plan('adaptive', SHADOW, more)), plain);
      assert.equal(order(plan('risk', ON, more)), plain);
      assert.equal(order(plan('adaptive', { ...ON, canary: 0 }, more)), plain);
    }),
  );
});

test('where it is on, a deployment that has just begun to fail is left, and the reason says so', () => {
  // So warm that the draw falls on each.
  const more = { draw: 0, dispatch: { ...testView([]).dispatch, temperature: 1_000 } };
  assert.equal(order(plan('risk', SHADOW, more))[0], 'a');
  const { adaptive, why, ...rest } = plan('adaptive', ON, more);
  assert.notEqual(order({ adaptive, why, ...rest } as RoutePlan)[0], 'a');
  assert.ok(adaptive);
  assert.deepEqual([adaptive.baseline.slug, adaptive.wouldSwitch, adaptive.applied], ['a', true, true]);
  assert.equal(adaptive.health['a'], 'failing');
  assert.equal(adaptive.arm, 'canary');
  assert.ok(adaptive.following < adaptive.chance);
  assert.ok(why.some(({ text }) => /prefers this to "a" \(failing\)/.test(text)));
});

test('in shadow it says what it would do; where it is off it says nothing', () => {
  const more = { draw: 0, dispatch: { ...testView([]).dispatch, temperature: 1_000 } };
  const { adaptive } = plan('adaptive', SHADOW, more);
  assert.deepEqual([adaptive?.wouldSwitch, adaptive?.applied, adaptive?.arm], [true, false, 'shadow']);
  assert.equal(plan('risk', SHADOW, more).adaptive?.wouldSwitch, true);
  assert.equal(plan('adaptive', DEFAULT_ADAPTIVE, more).adaptive, undefined);
});

test('the canary is a share of the sessions, and a session keeps to its arm', () => {
  const more = { draw: 0, dispatch: { ...testView([]).dispatch, temperature: 1_000 } };
  const arms = Array.from({ length: 400 }, (_, index) => {
    const arm = (draw: number): string | undefined =>
      plan('adaptive', { ...ON, canary: 0.25 }, { ...more, draw }, `session ${index}`).adaptive?.arm;
    assert.equal(arm(0), arm(0.9));
    return arm(0);
  });
  const share = arms.filter((arm) => arm === 'canary').length / arms.length;
  assert.ok(Math.abs(share - 0.25) < 0.07, String(share));
});

test('it chooses among what the rules leave, and no other', () => {
  const fence = ({ slug }: { readonly slug: string }): string | undefined => (slug === 'b' ? 'Kept out.' : undefined);
  const more = { draw: 0, fence, dispatch: { ...testView([]).dispatch, temperature: 1_000 } };
  assert.equal(order(plan('adaptive', ON, more)), 'ca');
});
