import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codexProgram } from '../../codex/launch/launch-codex.ts';
import type { LedgerEntry } from '../../metering/ledger.ts';
import { DEMO_FILE, DEMO_LINES, DEMO_MODEL, DEMO_PROMPT, demoScenario } from '../../simulator/demo.ts';
import { startSimulator } from '../../simulator/server.ts';
import { type AgentRun, runAgent } from '../agent/codex-task.ts';
import { anyCodex } from '../agent/install-codex.ts';
import { makeScratchRepository } from '../agent/scratch-repository.ts';
import { showStep } from '../agent/show-step.ts';
import { startGateway } from '../background/start-gateway.ts';
import { stopGateway } from '../background/stop-gateway.ts';
import { CliError, DONE } from '../cli-error.ts';
import { launchOptions } from '../codex-launch.ts';
import type { CommandContext } from '../context.ts';
import { duration, plural, tokens } from '../format.ts';
import { type Io, line, printJson } from '../io.ts';
import { withLedger } from '../ledger.ts';

const LIMIT_MS = 120_000;
/** A watcher sees the words come, and the whole is over in seconds. */
const PACE_MS = 15;

/** The whole chain, offline: a scripted provider, a gateway of its own, and the real Codex, which runs commands and
 *  writes a file in a scratch repository. Nothing of the user's is read or written, and nothing is left. */
export async function demo(options: { readonly json: boolean }, context: CommandContext): Promise<number> {
  const codex = await anyCodex(context);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'plugboard-demo-')));
  const simulator = await startSimulator({ scenario: demoScenario(PACE_MS), models: [DEMO_MODEL], rules: 'none' });
  const repository = makeScratchRepository({ 'README.md': '# A scratch repository\n' });
  const scratch = scratchContext(folder, simulator.url, context);
  try {
    const { gateway } = await startGateway(scratch);
    if (!options.json)
      introduce(context.io, `${codex.version ?? ''} at ${codex.path}`, gateway.url, repository.directory);
    const program = await codexProgram(launchOptions(codex, [], scratch));
    const run = await runAgent({
      codex: [...program.command, ...program.args],
      // Every command of the script is ours, and not every machine has what Codex's sandbox needs.
      args: ['--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'],
      prompt: DEMO_PROMPT,
      directory: repository.directory,
      environment: { ...program.environment, CODEX_HOME: scratch.places.codexHome },
      limitMs: LIMIT_MS,
      onStep: (step) => {
        if (!options.json) showStep(step, repository.directory, context.io);
      },
    });
    await stopGateway(scratch);
    const file = readIfThere(join(repository.directory, DEMO_FILE));
    const requests = await withLedger(scratch, (ledger) => ledger.list({}));
    conclude({ run, file, requests, json: options.json }, context.io);
    return DONE;
  } finally {
    await stopGateway(scratch);
    await simulator.close();
    repository.remove();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Homes of its own, with no variable of the user's that could lead elsewhere. */
function scratchContext(folder: string, providerUrl: string, context: CommandContext): CommandContext {
  const home = join(folder, 'home');
  const codexHome = join(folder, 'codex');
  for (const path of [home, codexHome]) mkdirSync(path);
  const config = [
    'server: { port: 0 }',
    `providers: { simulator: { protocol: openai-chat, base_url: "${providerUrl}/v1" } }`,
    `models: [{ slug: ${DEMO_MODEL}, provider: simulator, context_window: 128000 }]`,
  ];
  writeFileSync(join(home, 'config.yaml'), `${config.join('\n')}\n`);
  const kept = Object.entries(context.environment).filter(([name]) => !/^(PLUGBOARD_|CODEX_|OPENAI_)/.test(name));
  const environment = { ...Object.fromEntries(kept), PLUGBOARD_HOME: home, CODEX_HOME: codexHome };
  return { ...context, environment, places: { home, codexHome } };
}

function introduce(io: Io, codex: string, gateway: string, directory: string): void {
  line(io.out, `${io.out.paint('dim', 'codex')}     ${codex}`);
  line(io.out, `${io.out.paint('dim', 'gateway')}   ${gateway}, translating Responses to Chat Completions`);
  line(io.out, `${io.out.paint('dim', 'model')}     scripted, on this machine`);
  line(io.out, `${io.out.paint('dim', 'works in')}  ${directory}\n`);
}

type Outcome = {
  readonly run: AgentRun;
  readonly file: string;
  readonly requests: readonly LedgerEntry[];
  readonly json: boolean;
};

/** @throws CliError when the job was not done. */
function conclude({ run, file, requests, json }: Outcome, io: Io): void {
  const lines = file.trim().split(/\r?\n/);
  const done = run.exitStatus === 0 && lines.join('\n') === DEMO_LINES.join('\n');
  const commands = run.steps.flatMap((step) => (step.type === 'command' ? [step.command] : []));
  if (json) {
    const files = { [DEMO_FILE]: lines };
    printJson(io, { done, requests: requests.length, commands, files, tokens: run.tokens, totalMs: run.totalMs });
  } else if (done) {
    line(io.out, `\n${io.out.paint('bold', DEMO_FILE)}`);
    for (const text of lines) line(io.out, `  ${text}`);
    const spent = `${tokens(run.tokens.input)} tokens in, ${tokens(run.tokens.output)} out`;
    const counts = `${plural(requests.length, 'request')}, ${plural(commands.length, 'command')}, ${spent}`;
    line(
      io.out,
      `\n${io.out.paint('green', 'It works:')} ${counts}, ${duration(run.totalMs)}. Nothing is left behind.`,
    );
    line(io.out, `${io.out.paint('bold', 'Next:')} plugboard init`);
  }
  if (!done) {
    const error = run.steps.findLast((step) => step.type === 'error');
    const why =
      error?.type === 'error' ? error.message : `Codex ended with status ${run.exitStatus ?? 'none'}: ${run.complaint}`;
    throw new CliError({ message: `the demo's job was not done: ${why}`, mend: 'plugboard doctor' });
  }
}
