import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { writeAtomic } from '../../config/atomic-write.ts';
import { analyse } from '../../receipts/analysis/analyse.ts';
import { estimate, type PlannedRun, planRuns } from '../../receipts/plan.ts';
import type { Receipt } from '../../receipts/receipt.ts';
import { appendReceipt, readReceipts } from '../../receipts/receipts-file.ts';
import { htmlReport } from '../../receipts/report/html.ts';
import { markdownReport } from '../../receipts/report/markdown.ts';
import { removeFolder } from '../../receipts/run/copy-folder.ts';
import { clearLeftovers, makeRoot } from '../../receipts/run/leftovers.ts';
import { runAll } from '../../receipts/run/run-all.ts';
import { runTask } from '../../receipts/run/run-task.ts';
import { loadTasks } from '../../receipts/tasks/load.ts';
import { sha256 } from '../../receipts/tasks/task.ts';
import { withLock } from '../background/lock.ts';
import { isRunning } from '../background/process.ts';
import { startGateway } from '../background/start-gateway.ts';
import { CliError, DONE, FAILED, WRONG_USAGE } from '../cli-error.ts';
import { requireCodex } from '../codex-launch.ts';
import { isGateway, runPorts } from '../compare/ports.ts';
import { showOutcome, showPlan, showRun } from '../compare/show.ts';
import { stopOnSignals } from '../compare/stopping.ts';
import { readConfiguration, requireModels } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { plural } from '../format.ts';
import { line, printJson } from '../io.ts';
import { withProgress } from '../progress.ts';

/** @property out  left out: `NAME-compare` in the working folder, by the name of the file of tasks. */
export type CompareOptions = {
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly reportOnly: boolean;
  readonly retryErrors: boolean;
  readonly models: readonly string[];
  readonly repetitions: number;
  readonly parallel: number;
  readonly out?: string;
};

/** Runs the same tasks on several models with the real Codex, each in a copy of its own, and reports on all receipts
 *  that are there. What was run before is not run again. */
export async function compare(tasksFile: string, options: CompareOptions, context: CommandContext): Promise<number> {
  const out = resolve(options.out ?? `${basename(tasksFile).replace(/\.ya?ml$/i, '')}-compare`);
  const file = join(out, 'receipts.jsonl');
  if (options.reportOnly) {
    const { receipts } = readReceipts(file);
    if (receipts.length === 0) {
      throw new CliError({ message: `${file} holds no receipt`, mend: 'Name the folder of a comparison with --out.' });
    }
    return conclude(receipts, { out, options, left: 0 }, context);
  }
  const tasks = loadTasks(tasksFile);
  const models = usableModels(options.models, context);
  const { receipts } = readReceipts(file);
  const runs = planRuns(tasks, receipts, { ...options, models });
  if (options.dryRun) {
    const guess = estimate(runs, receipts, options.parallel);
    if (options.json) printJson(context.io, { runs: runs.map(planned), estimate: guess });
    else showPlan(runs, guess, context.io);
    return DONE;
  }
  if (runs.some((run) => run.receipt === undefined)) {
    mkdirSync(out, { recursive: true, mode: 0o700 });
    await alone(file, context, () => runLeft(runs, { file, out }, options, context));
  }
  const after = readReceipts(file).receipts;
  const left = planRuns(tasks, after, { ...options, models, retryErrors: false }).filter((run) => !isDone(run)).length;
  return conclude(after, { out, options, left }, context);
}

function isDone({ receipt }: PlannedRun): boolean {
  return receipt !== undefined;
}

function planned({ task, model, repetition, receipt }: PlannedRun): object {
  const state = receipt === undefined ? { done: false } : { done: true, verdict: receipt.verdict };
  return { task: task.id, model, repetition, ...state };
}

/** @throws CliError for a model that is unknown, out of reach, or served with Codex's own login: a run has a home of
 *  Codex's for itself, and a login that is copied there would end the user's own when it is renewed. */
function usableModels(slugs: readonly string[], context: CommandContext): readonly string[] {
  const snapshot = readConfiguration(context);
  if (slugs.length === 0) {
    throw new CliError({
      message: 'no model is named',
      mend: 'plugboard compare TASKS.yaml --models A,B. All of them: plugboard models',
      exitStatus: WRONG_USAGE,
    });
  }
  for (const slug of slugs) {
    const login = requireModels(slug, snapshot).find((model) => model.provider.auth.type === 'passthrough');
    if (login === undefined) continue;
    throw new CliError({
      message: `${slug} can reach ${login.slug}, which needs Codex's own login: no run has it`,
      mend: 'Name a model of a provider with a key.',
    });
  }
  return [...new Set(slugs)];
}

/** Two comparisons that write into one folder would make each run twice. */
async function alone(file: string, context: CommandContext, work: () => Promise<void>): Promise<void> {
  const lock = join(context.places.home, 'run', `compare-${sha256(file).slice(0, 16)}.lock`);
  let begun = false;
  try {
    await withLock(lock, 0, () => {
      begun = true;
      return work();
    });
  } catch (error) {
    if (begun) throw error;
    throw new CliError(
      { message: `another comparison writes ${file}`, mend: 'Wait for it, or name another folder with --out.' },
      { cause: error },
    );
  }
}

type Places = { readonly file: string; readonly out: string };

async function runLeft(
  runs: readonly PlannedRun[],
  { file, out }: Places,
  options: CompareOptions,
  context: CommandContext,
): Promise<void> {
  const codex = await requireCodex(context);
  await startGateway(context);
  const stopping = stopOnSignals();
  await clearLeftovers(isRunning, isGateway(context));
  const root = makeRoot();
  try {
    const ports = runPorts(codex, { root, out }, stopping.signal, context);
    const left = runs.filter((run) => !isDone(run)).length;
    let ended = 0;
    await withProgress(context.io, `${plural(left, 'run')}, ${options.parallel} at once`, () =>
      runAll(
        runs,
        options.parallel,
        (run, index) => {
          const id = `compare-${randomBytes(8).toString('hex')}`;
          const places = { directory: join(root, String(index)), comparison: basename(root) };
          return runTask({ run, id, ...places, stop: stopping.signal }, ports);
        },
        (run, receipt) => {
          appendReceipt(file, receipt);
          ended += 1;
          showRun(`${ended}/${left}`, run, receipt, context.io);
        },
      ),
    );
    if (stopping.signal.aborted) line(context.io.err, `Stopped: ${ended} of ${plural(left, 'run')} done, and kept.`);
  } finally {
    await removeFolder(root);
    stopping.release();
  }
}

type Conclusion = { readonly out: string; readonly options: CompareOptions; readonly left: number };

/** Writes the reports and says what came out. Wants for nothing where a run is missing: the same command goes on. */
function conclude(receipts: readonly Receipt[], { out, options, left }: Conclusion, { io }: CommandContext): number {
  const { models, reportOnly } = options;
  const isShown = ({ model }: Receipt): boolean => !reportOnly || models.length === 0 || models.includes(model);
  const shown = receipts.filter(isShown);
  const analysis = analyse(shown);
  const reports = { html: join(out, 'report.html'), markdown: join(out, 'report.md') };
  if (existsSync(out)) {
    writeAtomic(reports.html, htmlReport(analysis), 0o644);
    writeAtomic(reports.markdown, markdownReport(analysis), 0o644);
  }
  if (options.json) {
    const { runs: _, ...facts } = analysis;
    printJson(io, { out, left, reports, ...facts });
  } else {
    showOutcome(shown, io);
    line(io.out, `\n${io.out.paint('bold', 'Report:')} ${reports.html}`);
    if (analysis.runs.some((run) => run.verdict !== 'passed'))
      line(io.out, `What was said in each run: ${join(out, 'logs')}`);
    if (left > 0) line(io.err, `${plural(left, 'run')} not done: the same command goes on.`);
  }
  return left === 0 ? DONE : FAILED;
}
