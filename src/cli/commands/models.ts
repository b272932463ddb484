import { ASSUMED_CONTEXT_WINDOW } from '../../codex/catalog.ts';
import type { ProviderProbe } from '../../codex/doctor/provider-probe.ts';
import type { Snapshot } from '../../config/snapshot.ts';
import { priceOf } from '../../metering/pricing.ts';
import type { Model, Price, Provider } from '../../providers/provider.ts';
import { DONE } from '../cli-error.ts';
import { modelsBehind, readConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { pricePerMillion, tokens, UNKNOWN } from '../format.ts';
import { type DeploymentHealth, type GatewayModel, gatewayModels } from '../gateway-models.ts';
import { line, printJson } from '../io.ts';
import { withProgress } from '../progress.ts';
import { probeAll } from '../providers.ts';
import { type Column, table } from '../table.ts';

export type ModelsOptions = { readonly json: boolean; readonly live: boolean };

/** One line of the list. @property price  `null`: unpriced. @property live  only where the providers were asked. */
type Row = {
  readonly slug: string;
  readonly kind: 'model' | 'route' | 'all models';
  readonly provider: string | null;
  readonly model: string | null;
  readonly targets?: readonly string[];
  readonly contextWindow: number | null;
  readonly price: Price | null;
  readonly local: boolean;
  readonly health: DeploymentHealth | null;
  readonly live?: Live;
  readonly isDefault: boolean;
};

/** What the provider's own list says. @property known  `null`: it gave none, and `why` says why. */
type Live = { readonly known: boolean | null; readonly why?: string };

/** Every model and route that clients may ask for. */
export async function models(options: ModelsOptions, context: CommandContext): Promise<number> {
  const { io } = context;
  const snapshot = readConfiguration(context);
  const probes = options.live
    ? await withProgress(io, 'asking the providers', () => probeAll(askable(snapshot), context))
    : undefined;
  const rows = await rowsOf(snapshot, probes, context);
  if (options.json) printJson(io, { models: rows, disabled: snapshot.disabled });
  else if (rows.length === 0 && snapshot.disabled.length === 0) {
    line(io.out, 'No model is configured; the gateway offers its scripted model, demo. Next: plugboard init');
  } else show(rows, snapshot, context);
  return DONE;
}

/** A provider that wants the client's own login cannot be asked without it. */
function askable(snapshot: Snapshot): readonly Provider[] {
  return [...snapshot.providers.values()].filter((provider) => provider.auth.type !== 'passthrough');
}

async function rowsOf(
  snapshot: Snapshot,
  probes: ReadonlyMap<string, ProviderProbe> | undefined,
  context: CommandContext,
): Promise<readonly Row[]> {
  const now = Date.now();
  const known = await gatewayModels(context);
  const isDefault = (slug: string): boolean => slug === snapshot.defaultModel;
  return [
    ...snapshot.models.map(
      (model): Row => ({
        slug: model.slug,
        kind: 'model',
        provider: model.provider.id,
        model: model.upstreamId,
        contextWindow: windowOf(model, known),
        price: priceOf(model, now) ?? null,
        local: model.provider.local,
        health: known.get(model.slug)?.health ?? null,
        ...(probes === undefined ? {} : { live: liveness(model, probes) }),
        isDefault: isDefault(model.slug),
      }),
    ),
    ...snapshot.routes.map(
      (route): Row => ({
        slug: route.slug,
        kind: 'route',
        provider: null,
        model: null,
        targets: route.targets,
        contextWindow: routeWindow(route.slug, snapshot, known),
        price: null,
        local: false,
        health: null,
        isDefault: isDefault(route.slug),
      }),
    ),
    ...snapshot.wildcards.map(
      ({ provider, match }): Row => ({
        slug: `${provider.id}/${match}`,
        kind: 'all models',
        provider: provider.id,
        model: match,
        contextWindow: null,
        price: null,
        local: provider.local,
        health: null,
        isDefault: false,
      }),
    ),
  ];
}

function windowOf(model: Model, known: ReadonlyMap<string, GatewayModel>): number | null {
  return model.facts.contextWindow ?? known.get(model.slug)?.contextWindow ?? null;
}

/** The smallest among the targets: what a route promises is what all of them can keep. */
function routeWindow(slug: string, snapshot: Snapshot, known: ReadonlyMap<string, GatewayModel>): number | null {
  const models = modelsBehind(slug, snapshot);
  const windows = models.map((model) => windowOf(model, known) ?? ASSUMED_CONTEXT_WINDOW);
  return windows.length === 0 ? null : Math.min(...windows);
}

function liveness(model: Model, probes: ReadonlyMap<string, ProviderProbe>): Live {
  const probe = probes.get(model.provider.id);
  if (probe === undefined) return { known: null, why: "it wants Codex's own login" };
  const { list, modelIds } = probe;
  // Ollama's lists name the tag that its calls may leave out.
  if (modelIds !== undefined) {
    return { known: modelIds.includes(model.upstreamId) || modelIds.includes(`${model.upstreamId}:latest`) };
  }
  return { known: null, why: list.answered ? `HTTP ${list.status}` : list.failure.message };
}

const HEAD: readonly Column[] = [
  { title: 'SLUG' },
  { title: 'PROVIDER' },
  { title: 'MODEL' },
  { title: 'WINDOW', right: true },
  { title: 'IN/OUT PER M', right: true },
  { title: 'HEALTH' },
];

function show(rows: readonly Row[], snapshot: Snapshot, { io }: CommandContext): void {
  const live = rows.some((row) => row.live !== undefined);
  const cells = rows.map((row) => [
    row.isDefault ? io.out.paint('bold', `${row.slug} *`) : row.slug,
    row.provider ?? row.kind,
    row.model ?? (row.targets ?? []).join(', '),
    windowText(row),
    row.kind === 'model' ? priceText(row) : UNKNOWN,
    healthText(row),
    ...(live ? [liveText(row)] : []),
  ]);
  io.out.write(table(live ? [...HEAD, { title: 'AT THE PROVIDER' }] : HEAD, cells, io.columns));
  if (rows.some((row) => row.isDefault)) line(io.out, '* the default');
  const absent = rows.filter((row) => row.live?.known === false);
  if (absent.length > 0) {
    const names = absent.map((row) => `${row.slug} (${row.model})`).join(', ');
    line(io.out, io.out.paint('red', `absent at the provider: ${names}`));
  }
  for (const { id, reason, slugs } of snapshot.disabled) {
    line(io.out, io.out.paint('yellow', `off: ${id} (${slugs.join(', ')}): ${reason}`));
  }
}

function windowText(row: Row): string {
  if (row.kind === 'all models') return UNKNOWN;
  return row.contextWindow === null ? `${tokens(ASSUMED_CONTEXT_WINDOW)}?` : tokens(row.contextWindow);
}

function priceText({ price, local }: Row): string {
  if (price !== null) return `${pricePerMillion(price.input)}/${pricePerMillion(price.output)}`;
  return local ? 'local' : 'unpriced';
}

function healthText({ health }: Row): string {
  if (health === null) return UNKNOWN;
  return health.failuresInARow === 0 ? 'ok' : `${health.lastFailure ?? 'failing'} x${health.failuresInARow}`;
}

function liveText({ live }: Row): string {
  if (live === undefined) return '';
  if (live.known === null) return `unknown: ${live.why ?? ''}`;
  return live.known ? 'there' : 'absent';
}
