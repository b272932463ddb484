import { ASSUMED_CONTEXT_WINDOW } from '../../codex/catalog.ts';
import type { ProviderProbe } from '../../codex/doctor/provider-probe.ts';
import type { Snapshot } from '../../config/snapshot.ts';
import { priceOf } from '../../metering/pricing.ts';
import type { Model, Price } from '../../providers/provider.ts';
import { DONE } from '../cli-error.ts';
import { readConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { type DeploymentHealth, deploymentHealth } from '../deployment-health.ts';
import { pricePerMillion, tokens, UNKNOWN } from '../format.ts';
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
    ? await withProgress(io, 'asking the providers', () => probeAll([...snapshot.providers.values()], context))
    : undefined;
  const rows = await rowsOf(snapshot, probes, context);
  if (options.json) printJson(io, { models: rows, disabled: snapshot.disabled });
  else if (rows.length === 0 && snapshot.disabled.length === 0) {
    line(io.out, 'No model is configured; the gateway offers its scripted model, demo. Next: plugboard init');
  } else show(rows, snapshot, context);
  return DONE;
}

async function rowsOf(
  snapshot: Snapshot,
  probes: ReadonlyMap<string, ProviderProbe> | undefined,
  context: CommandContext,
): Promise<readonly Row[]> {
  const now = Date.now();
  const health = await deploymentHealth(context);
  const isDefault = (slug: string): boolean => slug === snapshot.defaultModel;
  return [
    ...snapshot.models.map(
      (model): Row => ({
        slug: model.slug,
        kind: 'model',
        provider: model.provider.id,
        model: model.upstreamId,
        contextWindow: model.facts.contextWindow ?? null,
        price: priceOf(model, now) ?? null,
        local: model.provider.local,
        health: health.get(`${model.provider.id}/${model.upstreamId}`) ?? null,
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
        contextWindow: null,
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

function liveness(model: Model, probes: ReadonlyMap<string, ProviderProbe>): Live {
  const probe = probes.get(model.provider.id);
  if (probe?.modelIds !== undefined) return { known: probe.modelIds.includes(model.upstreamId) };
  if (probe?.list === undefined) return { known: null, why: 'the provider has no list' };
  return { known: null, why: probe.list.answered ? `HTTP ${probe.list.status}` : probe.list.failure.message };
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
    row.kind === 'model' ? windowOf(row) : UNKNOWN,
    row.kind === 'model' ? priceText(row) : UNKNOWN,
    healthText(row),
    ...(live ? [liveText(row)] : []),
  ]);
  io.out.write(table(live ? [...HEAD, { title: 'AT THE PROVIDER' }] : HEAD, cells, io.columns));
  if (rows.some((row) => row.isDefault)) line(io.out, '* the default');
  for (const { id, reason, slugs } of snapshot.disabled) {
    line(io.out, io.out.paint('yellow', `off: ${id} (${slugs.join(', ')}): ${reason}`));
  }
}

function windowOf(row: Row): string {
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
