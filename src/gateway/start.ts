import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import pino, { type DestinationStream } from 'pino';
import { createInstructions } from '../codex/instructions.ts';
import { type Environment, type Places, proxySettings, startedByNpm } from '../config/environment.ts';
import { type ConfigSource, configFile, loadConfig } from '../config/load.ts';
import type { Snapshot } from '../config/snapshot.ts';
import { ensureToken } from '../config/token.ts';
import { fixedView } from '../config/view.ts';
import { watchConfig } from '../config/watch.ts';
import { createTokenCounter } from '../context/tokens.ts';
import { costOf, loadPrices, priceOf } from '../metering/pricing.ts';
import type { AskParts } from '../pipeline/ask-model.ts';
import { createCacheThreads } from '../pipeline/cache-watch.ts';
import { countInput } from '../pipeline/count.ts';
import { taskJudge } from '../pipeline/judge/task-judge.ts';
import type { Line } from '../pipeline/line.ts';
import { serve } from '../pipeline/serve.ts';
import { createSessions } from '../pipeline/sessions.ts';
import { createThoughts } from '../pipeline/thoughts.ts';
import { createSessionShortener } from '../pipeline/tool-results/session-shortener.ts';
import { createAdmissions, limitsCost, needsSpending, startOfMonth } from '../policy/admission.ts';
import { fences } from '../policy/egress.ts';
import { policyInForce } from '../policy/in-force.ts';
import type { PolicyFlags, PolicySettings } from '../policy/settings.ts';
import { type KeepLimits, KeptReplies } from '../protocols/openai-responses/kept/kept-replies.ts';
import { protocolById } from '../protocols/registry.ts';
import type { Affinity } from '../routing/affinity.ts';
import { expectedCost } from '../routing/expected-cost.ts';
import { explainPrompt } from '../routing/explain.ts';
import type { RouteView } from '../routing/plan.ts';
import { planRoute } from '../routing/plan-route.ts';
import { needsOf } from '../routing/work/needs.ts';
import { createApp } from '../server/app.ts';
import { compacting } from '../server/compact.ts';
import { drain, untilStopped } from '../server/drain.ts';
import { keepingTurns } from '../server/kept-turns.ts';
import { listen, readTls } from '../server/listen.ts';
import { collectAll } from '../server/memory.ts';
import { NO_LEDGER, openLedger } from '../storage/ledger-writer.ts';
import { readSpending } from '../storage/spending.ts';
import { providerAsker } from '../upstream/ask-provider.ts';
import { withCredentials } from '../upstream/credentials.ts';
import { withFence } from '../upstream/fence.ts';
import { layered } from '../upstream/layers.ts';
import { createHttpTransport } from '../upstream/transport.ts';
import { createCatalog } from './catalog.ts';
import { demoFor } from './demo.ts';
import { descriptionPort } from './description-port.ts';
import { type DispatchFacts, dispatchMetrics, dispatchState } from './dispatch-report.ts';
import { createLiveSnapshot, windowIsOpen } from './live-snapshot.ts';
import { logEntry } from './log-entry.ts';
import { register } from './register.ts';
import { requestPolicy } from './request-policy.ts';
import { searchPort } from './search-port.ts';
import { spendingBefore } from './spending-before.ts';
import { readinessOf, snapshotStatus } from './status.ts';
import { createTraffic } from './traffic.ts';

/** @property config  left out: `config.yaml` in the home. @property port  0 asks for any free one.
 *  @property flags   limits of this gateway over the environment and the file, at every reload too.
 *  @property log     where log lines go; left out: standard error. */
export type GatewayOptions = {
  readonly version: string;
  readonly environment: Environment;
  readonly places: Places;
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly flags?: PolicyFlags;
  readonly log?: DestinationStream;
  readonly logLevel?: 'debug' | 'info' | 'silent';
};

/** @property notes  what a person should know at the start, one sentence each.
 *  @property stop   takes no more calls, lets open streams end within a bound, and closes everything. */
export type Gateway = {
  readonly url: string;
  readonly token: string;
  readonly notes: readonly string[];
  readonly stop: () => Promise<void>;
};

/** @param onStop  called when a client with the token asks the gateway to end.
 *  @throws ConfigError, ServeError: each with its mend. */
export async function startGateway(options: GatewayOptions, onStop: () => void): Promise<Gateway> {
  /** What is to be undone, the last first, when the gateway stops or cannot start. */
  const undo: (() => void | Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return { ...(await start(options, onStop, undo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: GatewayOptions,
  onStop: () => void,
  undo: (() => void | Promise<void>)[],
): Promise<Omit<Gateway, 'stop'>> {
  const { places, environment, version } = options;
  const source: ConfigSource = {
    places,
    environment,
    ...(options.config === undefined ? {} : { file: options.config }),
    ...(options.flags === undefined ? {} : { flags: options.flags }),
  };
  const loaded = loadConfig(source);
  if (!loaded.ok) throw loaded.error;
  const token = ensureToken(places.home);
  const log = pino({ level: options.logLevel ?? 'info', base: null }, options.log ?? pino.destination(2));
  const startedAt = Date.now();
  const instance = randomUUID();

  const demo = await demoFor(loaded.snapshot);
  if (demo !== undefined) undo.push(demo.close);
  const proxies = proxySettings(environment);
  const http = createHttpTransport(proxies);
  undo.push(http.close);
  const first = demo?.snapshot ?? loaded.snapshot;
  // The list of models is asked for over the same wall, before there is a snapshot that lives.
  let inForce = (): Snapshot => first;
  const policy = requestPolicy(
    () => inForce().policy,
    (narrowed) => spendingFor(narrowed),
  );
  const fence = fences(policy.current);
  const transport = layered(http.transport, [withFence(fence, proxies, Date.now), withCredentials]);
  const live = createLiveSnapshot(first, providerAsker(transport), Date.now);
  inForce = live.current;
  const ledgerFile = join(places.home, 'plugboard.db');
  const opened = openLedger(ledgerFile, {
    trouble: ({ message, mend }, waiting, lost) => log.error({ waiting, lost }, `${message} ${mend}`),
  });
  const ledger = opened.ok ? opened.ledger : NO_LEDGER;
  const ledgerProblem = opened.ok ? undefined : `${opened.problem.message} ${opened.problem.mend}`;
  undo.push(ledger.close);

  const counter = createTokenCounter();
  undo.push(counter.close);
  const { traffic, health, beliefs, reset } = createTraffic({
    dispatch: () => live.current().dispatch,
    bounds: () => live.current().queue,
    adapts: () => live.current().adaptive.enabled,
    ended: (attempt) => {
      if (attempt.failure === undefined && windowIsOpen(live.current(), attempt)) void live.look();
    },
    now: Date.now,
  });
  const sessions = createSessions();
  const view = (affinity?: Affinity): RouteView => ({
    ...fixedView(live.current()),
    fence: (model) => fence().refuses(model, model.provider.proxy)?.message,
    now: Date.now(),
    draw: Math.random(),
    health: health(),
    beliefs: beliefs(),
    priceOf: (model) => priceOf(model, Date.now()),
    ...(limitsCost(policy.current()) ? { afford: admissions.afford } : {}),
    ...(affinity === undefined ? {} : { affinity }),
  });
  const admissions = createAdmissions({
    policy: policy.current,
    expected: (query, model) => {
      const { sessionId } = query;
      const held = sessionId === undefined ? undefined : sessions.affinity(sessionId, query.model, Date.now());
      return expectedCost(query, model, view(held));
    },
    now: Date.now,
  });
  const spentBefore = spendingBefore({
    learn: admissions.learn,
    learnLate: admissions.learnLate,
    read: (after) => readSpending(ledgerFile, startOfMonth(startedAt), startedAt, after),
  });
  undo.push(spentBefore.close);
  const spendingFor = async (asked: PolicySettings): Promise<void> => {
    if (needsSpending(asked)) await spentBefore.learned();
  };
  await spendingFor(first.policy);
  const plan: Line['plan'] = (query, affinity) => planRoute(query, view(affinity));
  const asking: AskParts = {
    protocols: protocolById,
    plan: (query) => plan(query, undefined),
    transport,
    traffic,
    price: costOf,
    now: Date.now,
  };
  const shortener = createSessionShortener();
  const line: Line = {
    protocols: protocolById,
    plan,
    needs: (query) => needsOf(query, fixedView(live.current())),
    transport,
    sessions,
    admit: admissions.admit,
    charge: admissions.charge,
    thoughts: createThoughts(Date.now),
    search: searchPort(transport, () => live.current().webSearch),
    descriptions: descriptionPort(asking, () => live.current().imageDescription),
    shortener: () => (live.current().compression.toolResults ? shortener : undefined),
    judge: taskJudge(asking),
    cacheThreads: createCacheThreads(),
    ledger: {
      ...ledger,
      record: (entry) => {
        logEntry(log, entry);
        ledger.record(entry);
      },
    },
    price: costOf,
    traffic,
    report: (error, requestId) => log.error({ requestId, err: error }, 'a request failed by a bug of the gateway'),
    now: Date.now,
  };

  const facts = (): DispatchFacts => ({
    snapshot: live.current(),
    health: health(),
    now: Date.now(),
    waiting: traffic.queue.length(),
  });
  const { tls: tlsFiles, bodyLimitBytes, ...configured } = loaded.snapshot.server;
  const tls = tlsFiles === undefined ? undefined : readTls(tlsFiles);
  const onLine = policy.during((request, reply) => serve(line, request, reply));
  const kept = new KeptReplies(KEEP_LIMITS, Date.now);
  const expiry = setInterval(() => kept.expire(), KEEP_LIMITS.idleMs / 12);
  expiry.unref();
  undo.push(() => clearInterval(expiry));
  const app = createApp(
    {
      settings: () => live.current().server,
      tokens: () => [token],
      serve: keepingTurns(onLine, kept),
      compact: keepingTurns(compacting(onLine), kept),
      kept,
      count: keepingTurns(
        policy.during((request, reply) => countInput({ ...line, counter }, request, reply)),
        kept,
      ),
      speaks: (protocol) => protocolById(protocol).ingress !== undefined,
      encodeError: (protocol, failure, caller, requestId) =>
        protocolById(protocol).ingress?.encodeError(failure, caller, requestId),
      catalog: createCatalog(live, createInstructions(environment, places.home)),
      readiness: () => readinessOf(live.current(), ledgerProblem),
      status: () => ({
        version,
        pid: process.pid,
        instance,
        startedAt,
        uptimeMs: Date.now() - startedAt,
        ledger: { open: opened.ok, problem: ledgerProblem ?? null },
        ...snapshotStatus(facts()),
      }),
      explain: (prompt, model, header) =>
        policy.under(header, () =>
          explainPrompt(prompt, model ?? live.current().defaultModel, view(), policyInForce(policy.current())),
        ),
      dispatch: {
        metrics: () => dispatchMetrics(facts()),
        state: () => dispatchState(facts(), (query) => plan(query, undefined)),
        reset,
      },
      stop: onStop,
      newId: randomUUID,
      now: Date.now,
      report: line.report,
    },
    { bodyLimitBytes, ...(tls === undefined ? {} : { tls }) },
  );
  undo.push(() => drain(app));
  const address = {
    host: options.host ?? configured.host,
    port: options.port ?? configured.port,
    tls: tls !== undefined,
  };
  const url = await listen(app, address, token !== '');
  const state = { pid: process.pid, url, startedAt, version, configFile: configFile(source), instance };
  undo.push(register(places.home, state));
  const watcher = watchConfig(source, {
    changed: (next) => {
      live.replace(next);
      // There may be more places now.
      traffic.queue.changed();
      void spendingFor(next.policy);
      log.info('the configuration was read again');
    },
    refused: (error) => log.warn(`${error.message} The running configuration stays.`),
    blind: (folder) => log.warn(`Changes in ${folder} cannot be watched; restart the gateway after an edit.`),
  });
  undo.push(watcher.close);
  return { url, token, notes: [...loaded.snapshot.warnings, ...policyInForce(first.policy), ...(demo?.notes ?? [])] };
}

/** What is remembered of conversations that clients go on with by `previous_response_id`. A client whose reply was
 *  forgotten sends the whole conversation again. */
const KEEP_LIMITS: KeepLimits = {
  replies: 2_000,
  bytes: 256 * 1024 * 1024,
  conversationBytes: 64 * 1024 * 1024,
  idleMs: 60 * 60 * 1_000,
};

const SETTLED_AFTER_MS = 500;

/** Where a running gateway speaks: one line when it is ready, and what a person should know beside it. */
type Announce = { readonly ready: (text: string) => void; readonly note: (text: string) => void };

/** Runs the gateway until it is told to stop. @returns the exit status. */
export async function serveGateway(options: GatewayOptions, say: Announce): Promise<number> {
  const { stopped, stop } = untilStopped(startedByNpm(options.environment));
  const gateway = await startGateway(options, () => stop('a client asked for it'));
  for (const note of gateway.notes) say.note(note);
  say.ready(`Plugboard ${options.version} listens on ${gateway.url}`);
  // The table is large: neither the start nor the first reply should wait for it. What both leave behind is given back
  // while nobody waits: a fifth of the memory of an idle gateway.
  const settled = setTimeout(() => {
    loadPrices();
    collectAll();
  }, SETTLED_AFTER_MS);
  await stopped;
  clearTimeout(settled);
  await gateway.stop();
  return 0;
}
