import type { Model } from '../../providers/provider.ts';
import { breakerState } from './breaker.ts';
import { deploymentKey } from './event.ts';
import type { KeyFault } from './faults.ts';
import type { DeploymentHealth, Health, KeyLimit } from './health.ts';
import { leftOf, ofKey } from './rate-windows.ts';
import type { Cooldown, DispatchSettings } from './settings.ts';

/** Why a deployment, or one of its keys, is to be left alone now.
 *  @property code   for machines. @property text  a sentence without its end.
 *  @property until  ms since the epoch, where a time is known. */
export type HardLimit = { readonly code: HardLimitCode; readonly text: string; readonly until?: number };

export type HardLimitCode = KeyFault | 'model-not-found' | 'rate-window' | 'breaker' | 'concurrency';

/** What a decision needs to know. */
export type Situation = { readonly health: Health; readonly dispatch: DispatchSettings; readonly now: number };

/** What keeps all calls from a deployment now, but for the cap on calls under way (`atCapacity`), which passes by itself.
 *  @param inputTokens  of the request, as estimated.
 *  @param pool         all deployments that could serve it: the breaker keeps out at most half of them. */
export function limitOf(
  model: Model,
  inputTokens: number,
  pool: readonly Model[],
  { health, dispatch: { cooldown }, now }: Situation,
): HardLimit | undefined {
  const known = health.get(keyOf(model));
  if (known === undefined) return undefined;
  return (
    missing(known, cooldown, now) ??
    keysLimited(model, known, inputTokens, cooldown, now) ??
    (known.breaker.openedAt === undefined ? undefined : ejected(pool, health, now).get(keyOf(model)))
  );
}

/** What keeps calls from one of a deployment's keys now. @param credentialId  `''`: the provider has no key. */
export function keyLimitOf(
  model: Model,
  credentialId: string,
  inputTokens: number,
  { health, dispatch: { cooldown }, now }: Situation,
): HardLimit | undefined {
  const known = health.get(keyOf(model));
  return known === undefined ? undefined : keyLimited(known, credentialId, inputTokens, cooldown, now);
}

/** The cap on calls under way counts for all models of a provider together. */
export function atCapacity({ provider }: Model, health: Health): HardLimit | undefined {
  const { id, concurrency } = provider;
  if (concurrency === undefined) return undefined;
  let flying = 0;
  for (const known of health.values()) if (known.provider === id) flying += known.flights.length;
  if (flying < concurrency) return undefined;
  return { code: 'concurrency', text: `${flying} calls are under way, and ${concurrency} are allowed at once` };
}

export function keyOf(model: Model): string {
  return deploymentKey({ provider: model.provider.id, model: model.upstreamId });
}

function missing({ missingAt }: DeploymentHealth, { notFoundMs }: Cooldown, now: number): HardLimit | undefined {
  if (missingAt === undefined || missingAt + notFoundMs <= now) return undefined;
  const until = missingAt + notFoundMs;
  return { code: 'model-not-found', until, text: `its provider said that it has no such model; ${again(until, now)}` };
}

/** A deployment is limited when all its keys are: until the first of them is free. */
function keysLimited(
  { provider: { credentials } }: Model,
  known: DeploymentHealth,
  inputTokens: number,
  cooldown: Cooldown,
  now: number,
): HardLimit | undefined {
  if (known.keys.size === 0 && known.windows.size === 0) return undefined;
  if (credentials.length <= 1) return keyLimited(known, credentials[0]?.id ?? '', inputTokens, cooldown, now);
  let first: HardLimit | undefined;
  for (const { id } of credentials) {
    const limit = keyLimited(known, id, inputTokens, cooldown, now);
    if (limit === undefined) return undefined;
    if (first === undefined || (limit.until ?? Number.POSITIVE_INFINITY) < (first.until ?? Number.POSITIVE_INFINITY)) {
      first = limit;
    }
  }
  return first === undefined
    ? undefined
    : { ...first, text: `none of its ${credentials.length} keys is free: ${first.text}` };
}

function keyLimited(
  known: DeploymentHealth,
  credentialId: string,
  inputTokens: number,
  cooldown: Cooldown,
  now: number,
): HardLimit | undefined {
  const limit = known.keys.get(credentialId);
  const until = limit === undefined ? 0 : limitedUntil(limit, cooldown);
  if (limit !== undefined && until > now) {
    return { code: limit.kind, until, text: `${KEY_WORDS[limit.kind]}; ${again(until, now)}` };
  }
  const told = known.windows.get(credentialId);
  if (told === undefined) return undefined;
  const left = leftOf(told, ofKey(known.flights, credentialId), now);
  if (left.requests < 1) return { code: 'rate-window', text: 'its provider takes no more requests for the moment' };
  // A window that has hardly been used takes even a request that is larger than what it shows.
  if (left.tokens >= inputTokens || left.used < NEARLY_UNUSED) return undefined;
  const text = `its provider takes about ${Math.max(0, Math.floor(left.tokens))} more tokens for the moment, and this request has about ${inputTokens}`;
  return { code: 'rate-window', text };
}

const NEARLY_UNUSED = 0.1;

function limitedUntil({ kind, at, retryAfterMs }: KeyLimit, cooldown: Cooldown): number {
  return at + (retryAfterMs ?? USUAL_WAIT[kind](cooldown));
}

const USUAL_WAIT: Readonly<Record<KeyFault, (cooldown: Cooldown) => number>> = {
  'rate-limited': ({ rateLimitedMs }) => rateLimitedMs,
  auth: ({ authMs }) => authMs,
  permission: ({ authMs }) => authMs,
  // Credit is bought by a person, as a key is put right by one.
  quota: ({ authMs }) => authMs,
};

const KEY_WORDS: Readonly<Record<KeyFault, string>> = {
  'rate-limited': 'it was asked for too much',
  auth: 'its key was refused',
  permission: 'its key may not use the model',
  quota: 'its account has no credit left',
};

/** Which of a pool's deployments the breaker keeps out: at most half of them, the worst first, so that trouble that hits
 *  all (our own network, say) does not leave a route without targets. */
function ejected(pool: readonly Model[], health: Health, now: number): ReadonlyMap<string, HardLimit> {
  const out = new Map<string, HardLimit & { readonly errors: number }>();
  const all = new Set<string>();
  for (const model of pool) {
    const key = keyOf(model);
    all.add(key);
    const known = health.get(key);
    if (known?.breaker.openedAt === undefined) continue;
    const state = breakerState(known.breaker, known.flights, now);
    const until = known.breaker.openedAt + known.breaker.openMs;
    const errors = known.errors.mean;
    if (state === 'open') {
      out.set(key, { code: 'breaker', until, errors, text: `it fails; ${again(until, now)}` });
    } else if (state === 'probing') {
      out.set(key, { code: 'breaker', errors, text: 'it failed, and one call tries now whether it is well again' });
    }
  }
  const most = Math.floor(all.size / 2);
  if (out.size <= most) return out;
  return new Map([...out].sort(([, one], [, other]) => other.errors - one.errors).slice(0, most));
}

function again(until: number, now: number): string {
  return `it is tried again in ${Math.max(1, Math.ceil((until - now) / 1_000))} s`;
}
