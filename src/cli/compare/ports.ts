import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { codexEnvironment } from '../../codex/launch/codex-environment.ts';
import type { Codex } from '../../codex/launch/find-codex.ts';
import { codexProgram } from '../../codex/launch/launch-codex.ts';
import { readRunState } from '../../config/run-state.ts';
import { priceTable } from '../../metering/pricing.ts';
import type { PlannedRun } from '../../receipts/plan.ts';
import { markOf } from '../../receipts/run/leftovers.ts';
import { type Base, prepareBase } from '../../receipts/run/prepare.ts';
import type { RunPorts } from '../../receipts/run/run-task.ts';
import { sha256 } from '../../receipts/tasks/task.ts';
import { launchOptions } from '../codex-launch.ts';
import type { CommandContext } from '../context.ts';
import { withLedger } from '../ledger.ts';

/** @property root    a folder for all that is thrown away.
 *  @property out     where the receipts stand; never copied into a run. */
export type ComparePlaces = { readonly root: string; readonly out: string };

/** The world as the runs of one comparison have it. */
export function runPorts(
  codex: Codex,
  { root, out }: ComparePlaces,
  stop: AbortSignal,
  context: CommandContext,
): RunPorts {
  const environment = quietGit(codexEnvironment(context.environment, process.platform));
  const spare = isGateway(context);
  const bases = new Map<string, Promise<Base>>();
  return {
    launch: async (tag, codexHome) => {
      const here = { ...context, places: { ...context.places, codexHome } };
      const options = launchOptions(codex, [], here);
      const program = await codexProgram({
        ...options,
        ensureGateway: async () => {
          const gateway = await options.ensureGateway();
          return {
            ...gateway,
            entry: { ...gateway.entry, headers: { ...gateway.entry.headers, 'x-plugboard-tag': tag } },
          };
        },
      });
      return { ...program, environment: quietGit(program.environment) };
    },
    requests: (tag, since) => withLedger(context, (ledger) => ledger.list({ tag, since })),
    configHash: () => sha256(configOf(context)),
    base: ({ task }) => {
      const made = bases.get(task.id);
      if (made !== undefined) return made;
      const directory = join(root, 'base', task.id);
      const marks = { run: markOf(basename(root), `base-${task.id}`), spare };
      const making = prepareBase({ task, directory, environment, stop, marks, except: [out] });
      bases.set(task.id, making);
      return making;
    },
    log: logInto(join(out, 'logs')),
    environment,
    versions: { plugboard: context.version, codex: codex.version ?? 'unknown' },
    priceTable: priceTable(),
    now: Date.now,
    spare,
  };
}

/** Is it the gateway of this home? Codex may have brought it up again, and then it bears the mark of a run. */
export function isGateway({ places }: CommandContext): (pid: number) => boolean {
  return (pid) => {
    const found = readRunState(places.home);
    return found.status === 'running' && found.state.pid === pid;
  };
}

/** Git's variables would lead a command in the copy to another repository, as where a hook of Git started us. */
function quietGit(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE|PREFIX|NAMESPACE)/.test(name),
    ),
  );
}

/** The file that the running gateway has; without one there is nothing to say. */
function configOf({ places }: CommandContext): Uint8Array {
  const found = readRunState(places.home);
  const file = found.status === 'absent' ? join(places.home, 'config.yaml') : found.state.configFile;
  try {
    return readFileSync(file);
  } catch {
    return new Uint8Array();
  }
}

const LOG_LIMIT = 10_000_000;

/** A file for each run: a run that is made again begins it anew. */
function logInto(folder: string): RunPorts['log'] {
  const begun = new Set<string>();
  return (run, text) => {
    const file = join(folder, logName(run));
    if (!begun.has(file)) {
      begun.add(file);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(file, '', { mode: 0o600 });
    }
    if (statSync(file).size < LOG_LIMIT) appendFileSync(file, text);
  };
}

/** Models may have slashes and colons in their names. */
export function logName({ task, model, repetition }: PlannedRun): string {
  return `${task.id}.${encodeURIComponent(model)}.${repetition}.log`;
}
