import { Command, CommanderError } from 'commander';
import { DONE, WRONG_USAGE } from './cli-error.ts';
import type { CommandContext } from './context.ts';
import { registerCodex } from './registration/codex.ts';
import { registerCompare } from './registration/compare.ts';
import { registerGateway } from './registration/gateway.ts';
import { registerHistory } from './registration/history.ts';
import { registerModels } from './registration/models.ts';
import type { Registrar } from './registration/registrar.ts';
import { registerRun } from './registration/run.ts';
import { registerSetup } from './registration/setup.ts';
import { registerStart } from './registration/start-here.ts';
import { registerUnbuilt } from './registration/unbuilt.ts';

/** The command line. @property run  parses and runs; the exit status: 0 done, 1 failed, 2 wrong usage. Never throws. */
export type Program = { readonly run: (args: readonly string[]) => Promise<number> };

/** Builds the command line. Only the command that is called gets loaded, so that starting stays fast. */
export function buildProgram(context: CommandContext): Program {
  return {
    run: async (args) => {
      try {
        return await dispatch(args, context);
      } catch (error) {
        if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : WRONG_USAGE;
        const { report } = await import('./report.ts');
        return report(context.io, error);
      }
    },
  };
}

async function dispatch(args: readonly string[], context: CommandContext): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined || (first === '--json' && rest.length === 0)) {
    const { overview } = await import('./commands/overview.ts');
    return overview({ json: first === '--json' }, context);
  }
  if (first === 'codex') {
    // What follows is Codex's, its options and --help included, so no parser of ours may touch it.
    const { runCodexCommand } = await import('./commands/codex.ts');
    return runCodexCommand(rest, context);
  }
  const status = { value: DONE };
  const program = describe(context, (value) => {
    status.value = value;
  });
  await program.parseAsync([...args], { from: 'user' });
  return status.value;
}

function describe(context: CommandContext, done: (status: number) => void): Command {
  const { io } = context;
  const program = new Command('plugboard')
    .description('Run Codex, and any coding agent, on any model.')
    .version(context.version, '-V, --version')
    .enablePositionalOptions()
    .configureHelp({ helpWidth: Math.min(io.columns ?? 100, 120) })
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      outputError: (text, write) => write(usageError(text)),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
  const registrar: Registrar = {
    context,
    group: (heading) => void program.commandsGroup(heading),
    command: (name, words, parent = program) => parent.command(name).description(words),
    end: (status) => status.then(done),
  };
  registerStart(registrar);
  registerGateway(registrar);
  registerModels(registrar);
  registerCodex(registrar);
  registerRun(registrar);
  registerHistory(registrar);
  registerCompare(registrar);
  registerSetup(registrar);
  registerUnbuilt(registrar);
  return program;
}

/** The parser's own errors in the one shape: what is wrong, then the mend. */
function usageError(text: string): string {
  const [first = '', ...more] = text.trim().split('\n');
  const hint = more.join(' ').replace(/^\((.*)\)$/, '$1');
  return `plugboard: ${first.replace(/^error: /, '')}\n  mend: ${hint === '' ? 'plugboard --help' : hint}\n`;
}
