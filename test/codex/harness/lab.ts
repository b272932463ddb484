import assert from 'node:assert/strict';
import { isJsonObject, parseJson } from '../../../src/ir/json.ts';
import type { ProtocolId } from '../../../src/ir/protocol-id.ts';
import { modelAsked } from '../../../src/simulator/asked.ts';
import { byModel, type Scenario } from '../../../src/simulator/script.ts';
import { type RecordedRequest, type Simulator, startSimulator } from '../../../src/simulator/server.ts';
import { type CodexRun, cleanEnvironment, runCodex, transcript } from './codex.ts';
import { type Gateway, runCommand, startGateway } from './gateway.ts';
import { type JudgedReply, judgeReplies } from './judge.ts';
import { type Exchange, type Recorder, startRecorder } from './recorder.ts';
import { codexConfig, newWorkspace, type Workspace } from './workspace.ts';

/** The key that the simulated provider demands. It must never show itself to anyone. */
export const PROVIDER_KEY = 'sk-simulated-0123456789abcdef';

/** One thing that Codex does through the gateway.
 *  @property slug      the model's name: the gateway's slug, and the simulator's id, which picks the scenario.
 *  @property route     further models by their ids, in order: the slug is then a route over them, not a model.
 *  @property targets   those of `route` that are targets, where others are there for its rules alone.
 *  @property windows   of models of the route that differ from the others', in tokens.
 *  @property strategy  of the route; `fallback` where left out.
 *  @property routeOptions  more of the route's entry, behind its targets: `rules: [...]`.
 *  @property providers  of models of the route that are served by one of `LabOptions.providers`.
 *  @property mayFail   the upstream fails on purpose.
 *  @property codexProvider  further lines of the gateway's entry in Codex's configuration.
 *  @property window    tokens; 128,000 where left out.
 *  @property takesImages  whether the model does; yes where left out. */
export type Case = {
  readonly slug: string;
  readonly title: string;
  readonly scenario: Scenario;
  readonly route?: { readonly [slug: string]: Scenario };
  readonly targets?: readonly string[];
  readonly windows?: { readonly [slug: string]: number };
  readonly strategy?: string;
  readonly routeOptions?: string;
  readonly providers?: { readonly [slug: string]: string };
  readonly mayFail?: boolean;
  readonly window?: number;
  readonly takesImages?: false;
  readonly codexProvider?: string;
  readonly run: (stage: Stage) => Promise<void>;
};

/** What a case acts on.
 *  @property websocket  Codex speaks over a socket: replies have no headers.
 *  @property codex      `codex exec --json` in the workspace with the case's model.
 *  @property plugboard  what a command of ours prints, in the gateway's home.
 *  @property asked      the models of the route, in the order in which their providers were asked.
 *  @property upstream   what the provider was sent for this model so far.
 *  @property replies    what the gateway answered for this model so far. */
export type Stage = {
  readonly protocol: ProtocolId;
  readonly websocket: boolean;
  readonly workspace: Workspace;
  readonly environment: { readonly [name: string]: string };
  readonly gateway: { readonly url: string; readonly token: string };
  readonly codex: (...args: readonly string[]) => Promise<CodexRun>;
  readonly plugboard: (...args: readonly string[]) => string;
  readonly asked: () => readonly string[];
  readonly upstream: () => readonly RecordedRequest[];
  readonly replies: () => readonly Exchange[];
};

export type Lab = {
  readonly simulator: Simulator;
  readonly gateway: Gateway;
  readonly url: string;
  readonly perform: (one: Case, codexToml?: string) => Promise<void>;
  /** What the gateway answered for a model, and what the provider had answered it. */
  readonly replies: (slug: string) => readonly Exchange[];
  readonly upstreamReplies: (slug: string) => readonly Exchange[];
  /** Judges every translated reply of the cases performed. */
  readonly judge: () => void;
  readonly close: () => Promise<void>;
};

/** @property websocket  Codex speaks over a socket. @property config  more of config.yaml.
 *  @property providers  more of them by their ids: lines of their entries, base URL and key aside. */
export type LabOptions = {
  readonly websocket?: boolean;
  readonly config?: string;
  readonly providers?: { readonly [id: string]: string };
};

/** A provider, a gateway in front of it, and a recorder in front of each.
 *  @param provider  the lines of the provider's entry in config.yaml, its base URL and key aside. */
export async function startLab(
  protocol: ProtocolId,
  cases: readonly Case[],
  provider: string,
  options: LabOptions = {},
): Promise<Lab> {
  const scenarios = Object.fromEntries(cases.flatMap((one) => Object.entries(modelsOf(one))));
  const simulator = await startSimulator({
    scenario: byModel(scenarios),
    models: cases.map((one) => one.slug),
    key: PROVIDER_KEY,
    rules: provider.includes('preset: openai') ? 'strict' : 'plain',
  });
  const spy = await startRecorder(simulator.url);
  let gateway: Gateway | undefined;
  let recorder: Recorder | undefined;
  const close = async () => {
    await recorder?.close();
    await gateway?.close();
    await spy.close();
    await simulator.close();
  };
  try {
    gateway = await startGateway(
      gatewayConfig(spy.url, cases, { sim: provider, ...options.providers }) + (options.config ?? ''),
    );
    recorder = await startRecorder(gateway.url);
    const parts = { protocol, simulator, gateway, recorder, options };
    const exchanges = recorder.exchanges;
    return {
      simulator,
      gateway,
      url: recorder.url,
      replies: (slug) => exchanges.filter((exchange) => exchange.model === slug),
      upstreamReplies: (slug) => spy.exchanges.filter((exchange) => exchange.model === slug),
      perform: (one, toml) => perform(one, toml ?? '', parts),
      judge: () => judgeReplies(cases.flatMap((one) => judged(one, exchanges))),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Parts = {
  readonly protocol: ProtocolId;
  readonly simulator: Simulator;
  readonly gateway: Gateway;
  readonly recorder: Recorder;
  readonly options: LabOptions;
};

async function perform(one: Case, toml: string, parts: Parts): Promise<void> {
  const { protocol, simulator, gateway, recorder, options } = parts;
  const entry = {
    url: recorder.url,
    token: gateway.token,
    websocket: options.websocket === true,
    lines: one.codexProvider ?? '',
  };
  const workspace = newWorkspace(codexConfig(entry, one.slug, toml));
  const environment = cleanEnvironment({ CODEX_HOME: workspace.codexHome });
  try {
    await one.run({
      protocol,
      websocket: entry.websocket,
      workspace,
      environment,
      gateway: entry,
      codex: async (...args) => {
        const done = await runCodex({
          args: ['exec', '--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', ...args],
          cwd: workspace.directory,
          environment,
        });
        // Without our catalogue Codex goes on with guesses about the model, and much would fail for that alone.
        assert.doesNotMatch(done.stdout, /Model metadata for/, transcript(done));
        return done;
      },
      plugboard: (...args) => runCommand(gateway.home, args),
      asked: () => simulator.requests.map((request) => modelOf(request) ?? '').filter((id) => id in modelsOf(one)),
      upstream: () => simulator.requests.filter((request) => modelOf(request) === one.slug),
      replies: () => recorder.exchanges.filter((exchange) => exchange.model === one.slug),
    });
  } finally {
    workspace.remove();
  }
}

/** A socket's client gets ready: the answer is whole without a word. */
function isWarmUp({ requestBody }: Exchange): boolean {
  const body = parseJson(requestBody.toString('utf8'));
  return isJsonObject(body) && body['generate'] === false;
}

function modelOf({ path, body }: RecordedRequest): string | undefined {
  return modelAsked(path, body);
}

function judged(one: Case, exchanges: readonly Exchange[]): readonly JudgedReply[] {
  const replies = exchanges
    .filter((exchange) => exchange.model === one.slug && exchange.status === 200 && !isWarmUp(exchange))
    .map((exchange) => ({ name: one.slug, bytes: exchange.reply, mayFail: one.mayFail === true }));
  if (replies.length === 0 && one.mayFail !== true) throw new RangeError(`no reply of ${one.slug} was recorded`);
  return replies;
}

/** The models that a case needs at the provider, each with its scenario. */
function modelsOf(one: Case): { readonly [slug: string]: Scenario } {
  return one.route ?? { [one.slug]: one.scenario };
}

function gatewayConfig(
  providerUrl: string,
  cases: readonly Case[],
  providers: { readonly [id: string]: string },
): string {
  const entries = Object.entries(providers).map(
    ([id, lines]) => `  ${id}:
    ${lines.trim().replaceAll('\n', '\n    ')}
    base_url: ${providerUrl}/v1
    api_key: ${PROVIDER_KEY}`,
  );
  const models = cases.flatMap((one) =>
    Object.keys(modelsOf(one)).map(
      (slug) =>
        `  - { slug: ${slug}, provider: ${one.providers?.[slug] ?? 'sim'}, context_window: ${one.windows?.[slug] ?? one.window ?? 128_000}, input_modalities: [${one.takesImages === false ? 'text' : 'text, image'}], reasoning_levels: [low, medium, high] }`,
    ),
  );
  const routes = cases.flatMap((one) =>
    one.route === undefined
      ? []
      : [
          `  ${one.slug}: { strategy: ${one.strategy ?? 'fallback'}, targets: [${one.targets ?? Object.keys(one.route)}]${one.routeOptions === undefined ? '' : `, ${one.routeOptions}`} }`,
        ],
  );
  return `providers:
${entries.join('\n')}
models:
${models.join('\n')}
${routes.length === 0 ? '' : `routes:\n${routes.join('\n')}`}
default_model: ${cases[0]?.slug}
`;
}
