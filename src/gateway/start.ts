import { randomUUID } from 'node:crypto';
import pino, { type DestinationStream } from 'pino';
import { OWN_INSTRUCTIONS } from '../codex/own-instructions.ts';
import { type Environment, type Places, proxySettings, startedByNpm } from '../config/environment.ts';
import type { ConfigError } from '../config/issues.ts';
import { configFile, loadConfig } from '../config/load.ts';
import { removeRunState, writeRunState } from '../config/run-state.ts';
import { ensureToken } from '../config/token.ts';
import { routeView } from '../config/view.ts';
import { watchConfig } from '../config/watch.ts';
import type { Ledger } from '../metering/ledger.ts';
import { type Line, serve } from '../pipeline/serve.ts';
import { createSessions } from '../pipeline/sessions.ts';
import { protocolById } from '../protocols/registry.ts';
import { type Health, NO_HEALTH, observe } from '../routing/health.ts';
import { planRoute } from '../routing/plan-route.ts';
import { createApp } from '../server/app.ts';
import { DRAIN_MS, drain, untilStopped } from '../server/drain.ts';
import { listen, readTls } from '../server/listen.ts';
import { withCredentials } from '../upstream/credentials.ts';
import { layered } from '../upstream/layers.ts';
import { createHttpTransport } from '../upstream/transport.ts';
import { createCatalog } from './catalog.ts';
import { demoFor } from './demo.ts';
import { readinessOf, snapshotStatus } from './status.ts';

/** @property config  left out: `config.yaml` in the home. @property port  0 asks for any free one.
 *  @property log     where log lines go; left out: standard error. */
export type GatewayOptions = {
  readonly version: string;
  readonly environment: Environment;
  readonly places: Places;
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly log?: DestinationStream;
};

/** @property notes  what a person should know at the start, one sentence each.
 *  @property stop   lets open streams end, for so many ms at the most, then closes everything. */
export type Gateway = {
  readonly url: string;
  readonly token: string;
  readonly notes: readonly string[];
  readonly stop: (drainMs?: number) => Promise<void>;
};

/** @param onStop  called when a client with the token asks the gateway to end.
 *  @throws ConfigError, ServeError: each with its mend. */
export async function startGateway(options: GatewayOptions, onStop: () => void): Promise<Gateway> {
  const { places, environment, version } = options;
  const source = { places, environment, ...(options.config === undefined ? {} : { file: options.config }) };
  const loaded = loadConfig(source);
  if (!loaded.ok) throw loaded.error;
  const token = ensureToken(places.home);
  const log = pino({ redact: ['*.authorization', '*.token', '*.secret'] }, options.log ?? pino.destination(2));
  const startedAt = Date.now();
  const instance = randomUUID();

  const demo = await demoFor(loaded.snapshot);
  let snapshot = demo?.snapshot ?? loaded.snapshot;
  let health: Health = NO_HEALTH;
  const http = createHttpTransport(proxySettings(environment));
  const ledger: Ledger = { record: () => {}, close: async () => {} };
  const report: Line['report'] = (error, requestId) => log.error({ requestId, err: error }, 'request failed by a bug');

  const line: Line = {
    protocols: protocolById,
    plan: (query) => planRoute(query, routeView(snapshot, health)),
    transport: layered(http.transport, [withCredentials]),
    sessions: createSessions(),
    ledger,
    price: () => undefined,
    observe: (attempt) => {
      health = observe(health, attempt, Date.now());
    },
    report,
    now: Date.now,
  };

  const settings = { ...snapshot.server };
  const host = options.host ?? settings.host;
  const port = options.port ?? settings.port;
  const tls = settings.tls === undefined ? undefined : readTls(settings.tls);
  const catalog = createCatalog(OWN_INSTRUCTIONS);
  const { ingress } = protocolById('openai-responses');
  if (ingress === undefined) throw new RangeError('the Responses protocol has no ingress');
  const app = createApp(
    {
      settings: () => snapshot.server,
      tokens: () => [token],
      serve: (request, reply) => serve(line, request, reply),
      encodeError: ingress.encodeError,
      catalog: () => catalog(snapshot),
      readiness: () => readinessOf(snapshot, undefined),
      status: () => ({
        version,
        pid: process.pid,
        instance,
        startedAt,
        uptimeMs: Date.now() - startedAt,
        ...snapshotStatus(snapshot, health),
      }),
      stop: onStop,
      newId: randomUUID,
      now: Date.now,
      report,
    },
    { bodyLimitBytes: settings.bodyLimitBytes, ...(tls === undefined ? {} : { tls }) },
  );
  const url = await listen(app, { host, port, tls: tls !== undefined }, true);
  writeRunState(places.home, { pid: process.pid, url, startedAt, version, configFile: configFile(source), instance });
  const watcher = watchConfig(source, {
    changed: (next) => {
      snapshot = next;
      log.info('configuration reloaded');
    },
    refused: (error: ConfigError) => log.warn(`${error.message} The running configuration stays.`),
    blind: (folder) => log.warn(`changes in ${folder} cannot be watched; restart the gateway after an edit`),
  });
  return {
    url,
    token,
    notes: [...snapshot.warnings, ...(demo?.notes ?? [])],
    stop: async (drainMs = DRAIN_MS) => {
      watcher.close();
      await drain(app, drainMs);
      removeRunState(places.home, instance);
      await Promise.all([http.close(), ledger.close(), demo?.close()]);
    },
  };
}

/** Runs the gateway until it is told to stop. @returns the exit status. */
export async function serveGateway(options: GatewayOptions, say: (text: string) => void): Promise<number> {
  const { stopped, stop } = untilStopped(startedByNpm(options.environment));
  const gateway = await startGateway(options, () => stop('a client asked for it'));
  for (const note of gateway.notes) say(note);
  say(`Plugboard ${options.version} listens on ${gateway.url}`);
  await stopped;
  await gateway.stop();
  return 0;
}
