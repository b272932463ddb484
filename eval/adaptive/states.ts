import { type Beliefs, NO_BELIEFS } from '../../src/routing/adaptive/belief.ts';
import { follow } from '../../src/routing/adaptive/follow.ts';
import { outlookOf } from '../../src/routing/adaptive/outlook.ts';
import { likeliest, STATES, type State } from '../../src/routing/adaptive/state.ts';
import { keyOf } from '../../src/routing/dispatch/hard-limits.ts';
import { type Health, NO_HEALTH } from '../../src/routing/dispatch/health.ts';
import { observe } from '../../src/routing/dispatch/observe.ts';
import { mean } from '../../src/statistics/quantile.ts';
import { EPOCH, type Policy } from '../dispatch/simulate.ts';
import type { TroubledWorld } from './worlds.ts';

/** How often each state was taken for each: rows are the truth, columns the filter's answer, in the order of STATES. */
export type Confusion = readonly number[][];

export function noConfusion(): Confusion {
  return STATES.map(() => STATES.map(() => 0));
}

/** A policy with the product's filter beside it, which hears all that the policy hears and changes nothing. Once a second it
 *  is asked for the state of each deployment, and compared with the truth: the phase of trouble that the deployment is in,
 *  else healthy, but for one at whose door a long line waits for a slot, which is overloaded.
 *  @param seen  counts into `all`, and into `heard` where a call to the deployment got its first token or ended in the
 *               last two seconds. */
export function judged(
  { name, begin }: Policy,
  world: TroubledWorld,
  { all, heard }: { readonly all: Confusion; readonly heard: Confusion },
): Policy {
  return {
    name,
    begin: (given, random, truth) => {
      const dispatcher = begin(given, random, truth);
      let health: Health = NO_HEALTH;
      let beliefs: Beliefs = NO_BELIEFS;
      let next = 0;
      const heardAt = new Map<string, number>();
      const ask = (now: number): void => {
        for (const [index, { model, slots }] of world.deployments.entries()) {
          const key = keyOf(model);
          const answer = likeliest(outlookOf(beliefs.get(key), health.get(key), 0, EPOCH + now).now);
          const fact = truthAt(world, index, now, (truth.servers[index]?.load.waiting ?? 0) > slots * LONG_LINE);
          count(all, fact, answer);
          if (now - (heardAt.get(key) ?? Number.NEGATIVE_INFINITY) <= HEARD_MS) count(heard, fact, answer);
        }
      };
      return {
        plan: (asked, now) => {
          for (; next <= now; next += 1_000) ask(now);
          return dispatcher.plan(asked, now);
        },
        observe: (event, asked) => {
          beliefs = follow(beliefs, event, health);
          health = observe(health, event);
          if (event.type === 'attempt-first-token') heardAt.set(`${event.provider}/${event.model}`, event.at - EPOCH);
          if (event.type === 'attempt-end')
            heardAt.set(`${event.attempt.provider}/${event.attempt.model}`, event.at - EPOCH);
          dispatcher.observe(event, asked);
        },
      };
    },
  };
}

/** A line at its door of so many times its slots: it has more to do than it will soon have done. */
const LONG_LINE = 0.5;
const HEARD_MS = 2_000;

function truthAt({ phases }: TroubledWorld, deployment: number, now: number, lineAtDoor: boolean): State {
  const phase = phases.find((one) => one.deployment === deployment && one.from <= now && now < one.until);
  if (phase !== undefined && phase.state !== 'healthy') return phase.state;
  return lineAtDoor ? 'overloaded' : 'healthy';
}

function count(confusion: Confusion, fact: State, answer: State): void {
  const row = confusion[STATES.indexOf(fact)];
  const column = STATES.indexOf(answer);
  if (row !== undefined) row[column] = (row[column] ?? 0) + 1;
}

/** F1 by state, NaN for one that never was. */
export function f1Of(confusion: Confusion): readonly number[] {
  return STATES.map((_, state) => {
    const hits = confusion[state]?.[state] ?? 0;
    const were = (confusion[state] ?? []).reduce((sum, one) => sum + one, 0);
    const said = confusion.reduce((sum, row) => sum + (row[state] ?? 0), 0);
    return were === 0 ? Number.NaN : (2 * hits) / (were + said);
  });
}

/** The mean over the states that were. */
export function macroF1(confusion: Confusion): number {
  return mean(f1Of(confusion).filter((one) => !Number.isNaN(one)));
}

export function added(confusions: readonly Confusion[]): Confusion {
  return STATES.map((_, row) =>
    STATES.map((__, column) => confusions.reduce((sum, one) => sum + (one[row]?.[column] ?? 0), 0)),
  );
}
