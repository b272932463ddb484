import type { Attempt } from '../../ir/attempt.ts';
import { totalInput } from '../../ir/usage.ts';
import { type Average, added, moved, NO_AVERAGE, NO_LEVEL, NO_SUM, sampled } from './average.ts';
import { afterFailure, afterSuccess, CLOSED } from './breaker.ts';
import { type Deployment, type DispatchEvent, deploymentKey } from './event.ts';
import { FAULT, isKeyFault } from './faults.ts';
import { type DeploymentHealth, type Flight, HALF_LIFE_MS, type Health, TOKEN_SPAN_MS } from './health.ts';
import { NO_LINE, through, valueAt } from './line.ts';
import { ANY_PLACES, afterFirstToken } from './places.ts';
import { foreseen, toRead } from './prediction.ts';

/** Clients name the models of a wildcard, so the table must not grow without end: what was idle longest is forgotten. */
const MAX_DEPLOYMENTS = 500;
/** Fewer tokens, or a shorter time, tell nothing of a deployment's speed. */
const MIN_OUTPUT = 8;
const MIN_OUTPUT_MS = 20;

/** What is known of the deployments after one more event. */
export function observe(health: Health, event: DispatchEvent): Health {
  const deployment = event.type === 'attempt-end' ? event.attempt : event;
  const key = deploymentKey(deployment);
  const before = health.get(key) ?? unknownDeployment(deployment);
  const after = next(before, event);
  if (after === before) return health;
  const all = new Map(health).set(key, after);
  if (all.size > MAX_DEPLOYMENTS) forgetOne(all, key);
  return all;
}

/** Forgets what was learned, but not what is under way: those attempts will still end. */
export function forgotten(health: Health): Health {
  const kept = new Map<string, DeploymentHealth>();
  for (const [key, { provider, model, flights, queue }] of health) {
    if (flights.length === 0 && queue.level === 0) continue;
    kept.set(key, { ...unknownDeployment({ provider, model }), flights, queue });
  }
  return kept;
}

export function unknownDeployment({ provider, model }: Deployment): DeploymentHealth {
  return {
    provider,
    model,
    failuresInARow: 0,
    flights: [],
    ttft: NO_AVERAGE,
    reading: NO_LINE,
    pace: NO_AVERAGE,
    places: ANY_PLACES,
    surge: NO_AVERAGE,
    latency: NO_AVERAGE,
    tokensPerSecond: NO_AVERAGE,
    errors: NO_AVERAGE,
    cost: NO_AVERAGE,
    queue: NO_LEVEL,
    tokens: NO_SUM,
    keys: new Map(),
    windows: new Map(),
    breaker: CLOSED,
  };
}

function next(before: DeploymentHealth, event: DispatchEvent): DeploymentHealth {
  switch (event.type) {
    case 'attempt-start':
      return started(before, event);
    case 'attempt-first-token':
      return firstToken(before, event.id, event.at);
    case 'attempt-end':
      return ended(before, event.id, event.attempt, event.at);
    case 'queued':
      return { ...before, queue: moved(before.queue, 1, event.at, HALF_LIFE_MS.queue) };
    case 'unqueued':
      return { ...before, queue: moved(before.queue, -1, event.at, HALF_LIFE_MS.queue) };
    default:
      return unreachable(event);
  }
}

function started(
  before: DeploymentHealth,
  { id, at, inputTokens = 0, cachedTokens = 0, credentialId }: Extract<DispatchEvent, { type: 'attempt-start' }>,
): DeploymentHealth {
  const ahead = toRead(before);
  const freshTokens = Math.max(0, inputTokens - cachedTokens);
  const expectedMs = foreseen(before, ahead + freshTokens, at) ?? 0;
  const among = before.flights.length;
  const key = credentialId === undefined ? {} : { credentialId };
  const flight: Flight = { id, at, inputTokens, freshTokens, among, ahead, expectedMs, ...key };
  return {
    ...before,
    flights: [...before.flights, flight],
    tokens: added(before.tokens, inputTokens, at, TOKEN_SPAN_MS),
  };
}

function firstToken(before: DeploymentHealth, id: string, at: number): DeploymentHealth {
  const flight = before.flights.find((one) => one.id === id);
  if (flight === undefined || flight.firstTokenAt !== undefined) return before;
  return {
    ...before,
    flights: before.flights.map((one) => (one === flight ? { ...flight, firstTokenAt: at } : one)),
    ...withFirstToken(before, flight, at - flight.at, at),
  };
}

function withFirstToken(
  before: DeploymentHealth,
  flight: Flight | undefined,
  ttftMs: number,
  at: number,
): Partial<DeploymentHealth> {
  const ttft = sampled(before.ttft, ttftMs, at, HALF_LIFE_MS.metrics);
  const { reading, surge, places } = before;
  if (flight === undefined) return { ttft };
  const { ahead, among, freshTokens, expectedMs } = flight;
  const read = reading.weight === 0 ? 0 : valueAt(reading, ahead + freshTokens);
  return {
    ttft,
    lastFirstTokenAt: at,
    pace: withPace(before, flight, at),
    places: afterFirstToken(places, among, ttftMs, read, at),
    // One that came late tells more of the places than of the speed.
    reading: through(
      reading,
      ahead + freshTokens,
      read === 0 ? ttftMs : Math.min(ttftMs, read * MOST_LATE),
      at,
      HALF_LIFE_MS.reading,
    ),
    surge: expectedMs === 0 ? surge : sampled(surge, boundedRatio(ttftMs, expectedMs), at, HALF_LIFE_MS.surge),
  };
}

/** Told only while somebody waited all the time since the last one. */
function withPace({ pace, lastFirstTokenAt, flights }: DeploymentHealth, flight: Flight, at: number): Average {
  if (lastFirstTokenAt === undefined) return pace;
  const busy =
    flight.at <= lastFirstTokenAt ||
    flights.some((one) => one.firstTokenAt === undefined && one.at <= lastFirstTokenAt);
  return busy ? sampled(pace, at - lastFirstTokenAt, at, HALF_LIFE_MS.pace) : pace;
}

const MOST_LATE = 2;
const MOST_SURGE = 20;

function boundedRatio(ttftMs: number, expectedMs: number): number {
  return Math.min(MOST_SURGE, Math.max(1 / MOST_SURGE, ttftMs / expectedMs));
}

function ended(before: DeploymentHealth, id: string | undefined, attempt: Attempt, at: number): DeploymentHealth {
  const flight = id === undefined ? undefined : before.flights.find((one) => one.id === id);
  const landed = flight === undefined ? before : { ...before, flights: before.flights.filter((one) => one !== flight) };
  const billed = withTokens(landed, attempt, flight, at);
  const { failure } = attempt;
  if (failure === undefined) return succeeded(billed, attempt, flight, at);
  return failure.kind === 'cancelled' ? billed : failed(billed, attempt, failure, at);
}

/** Tokens and money are used whether or not the reply came to a good end. */
function withTokens(
  before: DeploymentHealth,
  { usage, costNanoUsd, windows = [], credentialId = '' }: Attempt,
  flight: Flight | undefined,
  at: number,
): DeploymentHealth {
  const used = usage === undefined ? 0 : totalInput(usage) + usage.output - (flight?.inputTokens ?? 0);
  return {
    ...before,
    tokens: used === 0 ? before.tokens : added(before.tokens, used, at, TOKEN_SPAN_MS),
    cost: costNanoUsd === undefined ? before.cost : sampled(before.cost, costNanoUsd, at, HALF_LIFE_MS.metrics),
    windows: windows.length === 0 ? before.windows : new Map(before.windows).set(credentialId, { windows, at }),
  };
}

function succeeded(
  before: DeploymentHealth,
  attempt: Attempt,
  flight: Flight | undefined,
  at: number,
): DeploymentHealth {
  const known = lifted(before, attempt);
  const { totalMs = at - attempt.startedAt, firstTokenMs = totalMs, usage } = attempt;
  // A unary reply has no first token of its own: its whole time counts.
  const generatingMs = firstTokenMs < totalMs ? totalMs - firstTokenMs : totalMs;
  const measurable = usage !== undefined && usage.output >= MIN_OUTPUT && generatingMs >= MIN_OUTPUT_MS;
  const breaker = afterSuccess(known.breaker, attempt.startedAt);
  const closes = known.breaker.openedAt !== undefined && breaker.openedAt === undefined;
  return {
    ...known,
    lastSuccessAt: at,
    failuresInARow: 0,
    ...(flight?.firstTokenAt === undefined ? withFirstToken(known, flight, firstTokenMs, at) : {}),
    latency: sampled(known.latency, totalMs, at, HALF_LIFE_MS.metrics),
    tokensPerSecond: measurable
      ? sampled(known.tokensPerSecond, (usage.output * 1_000) / generatingMs, at, HALF_LIFE_MS.metrics)
      : known.tokensPerSecond,
    // What was learned while it failed says nothing of now, when a probe found it well.
    errors: sampled(closes ? NO_AVERAGE : known.errors, 0, at, HALF_LIFE_MS.errors),
    breaker,
  };
}

function failed(
  before: DeploymentHealth,
  attempt: Attempt,
  { kind, retryAfterMs }: NonNullable<Attempt['failure']>,
  at: number,
): DeploymentHealth {
  const told = { lastFailureAt: at, lastFailure: kind, failuresInARow: before.failuresInARow + 1 };
  const fault = FAULT[kind];
  if (fault === 'none') return { ...before, ...told };
  const errors = sampled(before.errors, 1, at, HALF_LIFE_MS.errors);
  const blamed = { ...before, ...told, errors };
  if (fault === 'model') return { ...blamed, missingAt: at };
  if (isKeyFault(kind)) {
    const limit = { kind, at, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    return { ...blamed, keys: new Map(before.keys).set(attempt.credentialId ?? '', limit) };
  }
  return { ...blamed, breaker: afterFailure(before.breaker, attempt.startedAt, at, errors) };
}

/** A success lifts what was told before it began: a long stream that outlives a 429 says nothing against it. */
function lifted(before: DeploymentHealth, { credentialId = '', startedAt }: Attempt): DeploymentHealth {
  const { missingAt, ...known } = before;
  const limit = before.keys.get(credentialId);
  const missing = missingAt !== undefined && startedAt < missingAt ? { missingAt } : {};
  if (limit === undefined || startedAt < limit.at) return { ...known, ...missing };
  return { ...known, ...missing, keys: new Map([...known.keys].filter(([id]) => id !== credentialId)) };
}

function forgetOne(all: Map<string, DeploymentHealth>, kept: string): void {
  let idlest: string | undefined;
  let since = Number.POSITIVE_INFINITY;
  for (const [key, { flights, queue, tokens, errors }] of all) {
    const at = Math.max(tokens.at, errors.at);
    if (key === kept || flights.length > 0 || queue.level > 0 || at >= since) continue;
    idlest = key;
    since = at;
  }
  if (idlest !== undefined) all.delete(idlest);
}

function unreachable(event: never): never {
  throw new TypeError(`an event that does not exist: ${JSON.stringify(event)}`);
}
