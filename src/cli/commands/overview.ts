import { type Codex, findCodex } from '../../codex/launch/find-codex.ts';
import { takeoverStatus } from '../../codex/takeover/takeover.ts';
import type { Snapshot } from '../../config/snapshot.ts';
import type { LedgerEntry } from '../../metering/ledger.ts';
import { findGateway, type RunningGateway } from '../background/find-gateway.ts';
import { DONE } from '../cli-error.ts';
import { readConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { clockTime, duration, money, plural } from '../format.ts';
import { line, printJson } from '../io.ts';
import { withLedger } from '../ledger.ts';
import { servedBy } from '../ledger-entry-lines.ts';

/** Where things stand, in five lines, and the next useful step. */
export async function overview(options: { readonly json: boolean }, context: CommandContext): Promise<number> {
  const { io, places } = context;
  const facts: Facts = {
    gateway: await findGateway(context),
    snapshot: readConfiguration(context),
    codex: await findCodex(context.environment),
    enabled: takeoverStatus(places).on,
    last: await withLedger(context, async (ledger) => (await ledger.list({ limit: 1 }))[0]),
  };
  const next = nextStep(facts);
  if (options.json) printJson(io, { ...jsonFacts(facts), next });
  else {
    for (const [name, words] of lines(facts)) line(io.out, `${io.out.paint('dim', name.padEnd(9))} ${words}`);
    line(io.out, `\n${io.out.paint('bold', 'Next:')} ${next}`);
  }
  return DONE;
}

type Facts = {
  readonly gateway: RunningGateway | undefined;
  readonly snapshot: Snapshot;
  readonly codex: Codex | undefined;
  readonly enabled: boolean;
  readonly last: LedgerEntry | undefined;
};

function lines({ gateway, snapshot, codex, enabled, last }: Facts): readonly (readonly [string, string])[] {
  const { models, routes, defaultModel, disabled } = snapshot;
  const served = `${plural(models.length, 'model')}, ${plural(routes.length, 'route')}, default ${defaultModel}`;
  const off = disabled.length === 0 ? '' : `; off: ${disabled.map(({ id, reason }) => `${id} (${reason})`).join(', ')}`;
  return [
    ['gateway', gateway === undefined ? 'not running' : `running at ${gateway.url} (process ${gateway.pid})`],
    ['models', defaultModel === '' ? 'none configured; the scripted model demo stands in' : served],
    ['providers', `${[...snapshot.providers.keys()].join(', ') || 'none'}${off}`],
    [
      'codex',
      `${codex === undefined ? 'not found' : `${codex.version ?? 'broken'} at ${codex.path}`}${enabled ? ', pointed at the gateway' : ''}`,
    ],
    ['last', last === undefined ? 'no request yet' : lastRequest(last)],
  ];
}

function lastRequest(entry: LedgerEntry): string {
  const { startedAt, outcome, totalMs, usage, costNanoUsd } = entry;
  const cost = usage === undefined ? '' : `, ${money(costNanoUsd)}`;
  return `${clockTime(startedAt)} ${servedBy(entry)} ${outcome}, ${duration(totalMs)}${cost}`;
}

function nextStep({ snapshot, codex, last }: Facts): string {
  if (codex === undefined) return 'npm install -g @openai/codex';
  if (snapshot.file === undefined)
    return last === undefined ? 'plugboard init, or to look first: plugboard demo' : 'plugboard init';
  if (snapshot.defaultModel === '') return 'plugboard init';
  if (last?.outcome === 'failed') return `plugboard why ${last.requestId}`;
  return 'plugboard codex';
}

function jsonFacts({ gateway, snapshot, codex, enabled, last }: Facts): object {
  return {
    gateway: gateway === undefined ? null : { url: gateway.url, pid: gateway.pid, version: gateway.version },
    config: snapshot.file ?? null,
    models: snapshot.models.length,
    routes: snapshot.routes.length,
    defaultModel: snapshot.defaultModel === '' ? null : snapshot.defaultModel,
    providers: [...snapshot.providers.keys()],
    disabled: snapshot.disabled,
    codex: codex === undefined ? null : { path: codex.path, version: codex.version ?? null },
    enabled,
    last: last ?? null,
  };
}
