import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from '../../codex/launch/run-program.ts';
import type { LedgerEntry } from '../../metering/ledger.ts';
import { ledgerFacts } from '../ledger-facts.ts';
import { identityOf, type PlannedRun } from '../plan.ts';
import { RECEIPT_VERSION, type Receipt, type Stage, type Verdict } from '../receipt.ts';
import { sha256 } from '../tasks/task.ts';
import { codexOutputTokens } from './codex-usage.ts';
import { copyFolder, removeFolder } from './copy-folder.ts';
import { markOf } from './leftovers.ts';
import type { Base } from './prepare.ts';
import { endProcesses, type ProcessMarks } from './processes.ts';
import { type CommandEnd, runCommand } from './run-command.ts';
import { writeInside } from './write-inside.ts';

/** What a run needs of the world.
 *  @property launch      how Codex is started so that its requests carry the tag and its home is the given folder.
 *  @property requests    the ledger's entries with that tag, of requests that came at `since` or later, in ms since the epoch.
 *  @property configHash  of config.yaml as it stands.
 *  @property base        the task's files, made once.
 *  @property log         takes what setup, Codex and check write.
 *  @property environment of setup and check. */
export type RunPorts = {
  readonly launch: (tag: string, codexHome: string) => Promise<Program>;
  readonly requests: (tag: string, since: number) => Promise<readonly LedgerEntry[]>;
  readonly configHash: () => string;
  readonly base: (run: PlannedRun) => Promise<Base>;
  readonly log: (run: PlannedRun, text: string) => void;
  readonly environment: Readonly<Record<string, string>>;
  readonly versions: Pick<Receipt, 'plugboard' | 'codex'>;
  readonly priceTable: string;
  readonly now: () => number;
  readonly spare: (pid: number) => boolean;
};

/** @property directory  for the run's copy and Codex's home: made, and gone when this returns.
 *  @property comparison which the run's processes are marked with, beside its id.
 *  @property id         of the run: its receipt's name and its requests' tag. */
export type RunOptions = {
  readonly run: PlannedRun;
  readonly id: string;
  readonly directory: string;
  readonly comparison: string;
  readonly stop: AbortSignal;
};

/** Runs one task on one model: copy, setup, Codex, check. Nothing that it started outlives it.
 *  @returns no receipt where it was stopped: then it is as if it had not begun. */
export async function runTask(options: RunOptions, ports: RunPorts): Promise<Receipt | undefined> {
  const { run, id, directory, comparison, stop } = options;
  const marks = { run: markOf(comparison, id), spare: ports.spare };
  // Fetching the files is no part of a run: the first one would seem slower.
  const base = await ports.base(run);
  const began = performance.now();
  const head = {
    receipt: RECEIPT_VERSION,
    run: id,
    ...identityOf(run),
    promptHash: sha256(run.task.prompt),
    configHash: ports.configHash(),
    startedAt: Math.round(ports.now()),
    ...ports.versions,
  } as const;
  try {
    const told = codexOutputTokens();
    const work = await workOn(base, options, marks, ports, told.push);
    const totalMs = performance.now() - began;
    if (work === 'stopped' || stop.aborted) return undefined;
    const { firstTokenMs, failureKind, ...facts } = ledgerFacts(
      work.codexExit === undefined ? [] : await settled(() => ports.requests(id, head.startedAt), told.total),
      ports.priceTable,
    );
    const { times, ...outcome } = work;
    return {
      ...head,
      ...(base.ok && base.tree !== undefined ? { base: base.tree } : {}),
      ...outcome,
      ...(failureKind === undefined || outcome.verdict !== 'error' ? {} : { failureKind }),
      times: rounded({ ...times, totalMs, ...(firstTokenMs === undefined ? {} : { firstTokenMs }) }),
      ...facts,
    };
  } finally {
    await endProcesses(undefined, marks);
    await removeFolder(directory);
  }
}

type Work = {
  readonly verdict: Verdict;
  readonly stage?: Stage;
  readonly codexExit?: number | null;
  readonly checkExit?: number | null;
  readonly times: Omit<Receipt['times'], 'totalMs' | 'firstTokenMs'>;
};

async function workOn(
  base: Base,
  { run, id, directory, stop }: RunOptions,
  marks: ProcessMarks,
  ports: RunPorts,
  onEvents: (text: string) => void,
): Promise<Work | 'stopped'> {
  const { task } = run;
  const say = (text: string): void => ports.log(run, text);
  if (!base.ok) {
    say(`${base.message}\n`);
    return { verdict: 'error', stage: 'setup', times: {} };
  }
  const places = {
    work: join(directory, 'work'),
    codexHome: join(directory, 'codex'),
    temporary: join(directory, 'tmp'),
  };
  await copyFolder(base.directory, places.work);
  for (const place of [places.codexHome, places.temporary]) await mkdir(place, { recursive: true });
  const temporary = { TMPDIR: places.temporary, TMP: places.temporary, TEMP: places.temporary };
  const environment = { ...ports.environment, ...temporary };
  const shell = (command: string, limitMs: number): Promise<CommandEnd> => {
    say(`\n$ ${command}\n`);
    return runCommand({ command, directory: places.work, environment, limitMs, stop, marks, say });
  };

  let times: Work['times'] = {};
  if (task.setup !== undefined) {
    const setup = await shell(task.setup, task.setupTimeoutMs);
    times = { ...times, setupMs: setup.ms };
    if (setup.type === 'stopped') return 'stopped';
    if (setup.type !== 'ended' || setup.exit !== 0) {
      say(`\nThe setup ${endWords(setup)}.\n`);
      return { verdict: 'error', stage: 'setup', times };
    }
  }

  await writeFile(join(places.codexHome, 'config.toml'), CODEX_CONFIG);
  const program = await ports.launch(id, places.codexHome);
  say('\n$ codex exec\n');
  const codex = await runCommand({
    command: [...program.command, ...program.args, ...codexArguments(run)],
    directory: places.work,
    environment: { ...program.environment, ...temporary, CODEX_HOME: places.codexHome },
    input: task.prompt,
    limitMs: task.timeoutMs,
    stop,
    marks,
    say: (text, stream) => {
      if (stream === 'out') onEvents(text);
      say(text);
    },
  });
  times = { ...times, codexMs: codex.ms };
  if (codex.type === 'stopped') return 'stopped';
  const codexExit = codex.type === 'ended' ? codex.exit : null;
  if (codex.type !== 'ended' || codex.exit !== 0) {
    say(`\nCodex ${endWords(codex)}.\n`);
    return { verdict: codex.type === 'late' ? 'timeout' : 'error', stage: 'codex', codexExit, times };
  }

  writeInside(places.work, task.checkFiles);
  const check = await shell(task.check, task.checkTimeoutMs);
  times = { ...times, checkMs: check.ms };
  say(`\nThe check ${endWords(check)}.\n`);
  const after = { codexExit, times };
  switch (check.type) {
    case 'stopped':
      return 'stopped';
    case 'late':
      return { verdict: 'timeout', stage: 'check', checkExit: null, ...after };
    case 'not-started':
      return { verdict: 'error', stage: 'check', ...after };
    case 'ended':
      return { verdict: check.exit === 0 ? 'passed' : 'failed', checkExit: check.exit, ...after };
  }
}

/** The prompt comes on standard input: there it has no limit, and no other user reads it among the processes. */
function codexArguments({ task, model }: PlannedRun): readonly string[] {
  const quiet = ['exec', '--json', '--ephemeral', '--skip-git-repo-check'];
  return [...quiet, '--sandbox', task.sandbox, '--model', model, '-'];
}

/** A home that knows nothing of the user's: no server of tools, no instruction, no memory. A run may write into its own
 *  folder for temporary files, and not into those of the runs beside it. */
const CODEX_CONFIG = `check_for_update_on_startup = false

[analytics]
enabled = false

[features]
plugins = false

[sandbox_workspace_write]
exclude_slash_tmp = true
`;

function endWords(end: CommandEnd): string {
  switch (end.type) {
    case 'ended':
      return end.exit === null ? 'was ended by a signal' : `ended with status ${end.exit}`;
    case 'late':
      return 'was not done in time, and was ended';
    case 'stopped':
      return 'was stopped';
    case 'not-started':
      return `could not be started: ${end.message}`;
  }
}

const SETTLE_POLL_MS = 100;
/** The gateway writes an entry a quarter of a second after it is known at latest, once it has begun to write. */
const SETTLE_QUIET_MS = 600;
const SETTLE_LIMIT_MS = 15_000;
/** Where Codex was told of no tokens there may be no entry to wait for. */
const SETTLE_NOTHING_MS = 2_000;

/** The entries, once they hold all tokens that Codex was told of and no more of them come.
 *  @param told  how many tokens Codex says its model wrote. */
async function settled(
  read: () => Promise<readonly LedgerEntry[]>,
  told: () => number,
): Promise<readonly LedgerEntry[]> {
  const began = performance.now();
  let entries = await read();
  for (let since = began; ; await sleep(SETTLE_POLL_MS)) {
    const now = await read();
    if (now.length !== entries.length) since = performance.now();
    entries = now;
    const written = entries.reduce((total, { usage }) => total + (usage?.output ?? 0), 0);
    const isWhole = entries.length > 0 && written >= told();
    if (isWhole && performance.now() - since >= SETTLE_QUIET_MS) return entries;
    if (performance.now() - began > (told() > 0 ? SETTLE_LIMIT_MS : SETTLE_NOTHING_MS)) return entries;
  }
}

function rounded(times: Receipt['times']): Receipt['times'] {
  return {
    ...times,
    totalMs: Math.round(times.totalMs),
    ...(times.setupMs === undefined ? {} : { setupMs: Math.round(times.setupMs) }),
    ...(times.codexMs === undefined ? {} : { codexMs: Math.round(times.codexMs) }),
    ...(times.checkMs === undefined ? {} : { checkMs: Math.round(times.checkMs) }),
    ...(times.firstTokenMs === undefined ? {} : { firstTokenMs: Math.round(times.firstTokenMs) }),
  };
}
