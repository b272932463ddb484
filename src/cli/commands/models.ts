import { SAFE_FACTS } from '../../config/facts.ts';
import type { Snapshot } from '../../config/snapshot.ts';
import type { Provider } from '../../providers/provider.ts';
import { DONE } from '../cli-error.ts';
import { readConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { duration, pricePerMillion, tokens, UNKNOWN } from '../format.ts';
import { gatewayModels } from '../gateway-models.ts';
import { missingAliases } from '../init/alias-needs.ts';
import { ALIASES } from '../init/aliases.ts';
import { line, printJson } from '../io.ts';
import { type ModelRow, modelRows } from '../model-rows.ts';
import { liveLines } from '../models/live-lines.ts';
import { askLists } from '../models/live-lists.ts';
import { liveReports } from '../models/live-report.ts';
import { withProgress } from '../progress.ts';
import { type Column, table } from '../table.ts';

/** @property presets  list the presets instead; a text: that one. */
export type ModelsOptions = { readonly json: boolean; readonly live: boolean; readonly presets?: string | true };

/** Every model and route that clients may ask for. */
export async function models(options: ModelsOptions, context: CommandContext): Promise<number> {
  const { io } = context;
  if (options.presets !== undefined) {
    const { showPresets } = await import('../models/show-presets.ts');
    return showPresets(options.presets === true ? undefined : options.presets, options.json, context);
  }
  const snapshot = readConfiguration(context);
  const lists = options.live
    ? await withProgress(io, 'asking the providers', () => askLists(askable(snapshot), calledIds(snapshot), context))
    : undefined;
  const rows = modelRows(snapshot, await gatewayModels(context), lists);
  const reports = lists === undefined ? undefined : liveReports(snapshot, lists);
  if (options.json) {
    printJson(io, {
      models: rows,
      disabled: snapshot.disabled,
      aliasesNotSetUp: absentAliases(rows, snapshot),
      ...(reports === undefined ? {} : { providers: reports }),
    });
  } else if (rows.length === 0 && snapshot.disabled.length === 0) {
    line(io.out, 'No model is configured; the gateway offers its scripted model, demo. Next: plugboard init');
  } else {
    show(rows, snapshot, context);
    for (const words of aliasLines(rows, snapshot)) line(io.out, io.out.paint('dim', words));
    for (const { good, text } of liveLines(reports ?? [])) line(io.out, good ? text : io.out.paint('red', text));
  }
  return DONE;
}

/** The ready-made aliases that the configuration does not name, and what each needs. */
function absentAliases(rows: readonly ModelRow[], { disabled }: Snapshot): ReturnType<typeof missingAliases> {
  return missingAliases(new Set([...rows.map(({ slug }) => slug), ...disabled.flatMap(({ slugs }) => slugs)]));
}

function aliasLines(rows: readonly ModelRow[], snapshot: Snapshot): readonly string[] {
  const absent = absentAliases(rows, snapshot);
  const count = absent.reduce((sum, { slugs }) => sum + slugs.length, 0);
  // Who has none of them may not want any.
  if (count === ALIASES.length)
    return ['ready-made aliases, such as codex-light and codex-auto: plugboard init --aliases'];
  return absent.map(({ slugs, needs }) => `not set up: ${slugs.join(', ')}: plugboard init --aliases, with ${needs}`);
}

/** By provider, the ids that its entries call. */
function calledIds(snapshot: Snapshot): ReadonlyMap<string, readonly string[]> {
  const byProvider = Map.groupBy(snapshot.models, (model) => model.provider.id);
  return new Map([...byProvider].map(([id, models]) => [id, models.map((model) => model.upstreamId)]));
}

/** A provider that wants the client's own login cannot be asked without it. */
function askable(snapshot: Snapshot): readonly Provider[] {
  return [...snapshot.providers.values()].filter((provider) => provider.auth.type !== 'passthrough');
}

const HEAD: readonly Column[] = [
  { title: 'SLUG' },
  { title: 'PROVIDER' },
  { title: 'MODEL' },
  { title: 'WINDOW', right: true },
  { title: 'IN/OUT PER M', right: true },
  { title: 'HEALTH' },
];

function show(rows: readonly ModelRow[], snapshot: Snapshot, { io }: CommandContext): void {
  const live = rows.some((row) => row.live !== undefined);
  const cells = rows.map((row) => [
    row.isDefault ? io.out.paint('bold', `${row.slug} *`) : row.slug,
    row.provider ?? (row.strategy === undefined ? row.kind : `${row.kind}: ${row.strategy}`),
    row.model ?? (row.targets ?? []).join(', '),
    windowText(row),
    row.kind === 'model' ? priceText(row) : UNKNOWN,
    healthText(row),
    ...(live ? [liveText(row)] : []),
  ]);
  io.out.write(table(live ? [...HEAD, { title: 'AT THE PROVIDER' }] : HEAD, cells, io.columns));
  if (rows.some((row) => row.isDefault)) line(io.out, '* the default');
  const places = new Set(rows.flatMap(({ keptOut }) => keptOut ?? []));
  for (const place of places) {
    const slugs = rows.filter(({ keptOut }) => keptOut === place).map(({ slug }) => slug);
    line(io.out, io.out.paint('yellow', `kept out by ${place}: ${slugs.join(', ')}`));
  }
  for (const { slug, health } of rows) {
    if (health?.limit !== undefined) line(io.out, io.out.paint('yellow', `limited: ${slug}: ${health.limit.reason}`));
  }
  for (const { id, reason, slugs } of snapshot.disabled) {
    line(io.out, io.out.paint('yellow', `off: ${id} (${slugs.join(', ')}): ${reason}`));
  }
}

function windowText(row: ModelRow): string {
  if (row.kind === 'all models') return UNKNOWN;
  return row.contextWindow === null ? `${tokens(SAFE_FACTS.contextWindow)}?` : tokens(row.contextWindow);
}

function priceText({ price, local }: ModelRow): string {
  if (price !== null) return `${pricePerMillion(price.input)}/${pricePerMillion(price.output)}`;
  return local ? 'local' : 'unpriced';
}

function healthText({ health, keptOut }: ModelRow): string {
  if (keptOut !== null) return 'kept out';
  if (health === null) return UNKNOWN;
  const { limit } = health;
  if (limit !== undefined)
    return limit.remainingSeconds === null ? 'busy' : `limited, ${duration(limit.remainingSeconds * 1_000)}`;
  return health.failuresInARow === 0 ? 'ok' : `${health.lastFailure ?? 'failing'} x${health.failuresInARow}`;
}

function liveText({ live }: ModelRow): string {
  if (live === undefined) return '';
  if (live.known === null) return `unknown: ${live.why ?? ''}`;
  return live.known ? 'there' : 'absent';
}
