import { endLike, type Program, runProgram } from '../../codex/launch/run-program.ts';
import type { CodexProvider } from '../../policy/settings.ts';
import { CliError, DONE, FAILED } from '../cli-error.ts';
import { type Io, line } from '../io.ts';
import type { WeighedWay } from './codex-ways.ts';
import type { WayProgram } from './way-programs.ts';
import { treePrints } from './working-tree.ts';

/** @property prepare  lays a way out. @property input  the prompt, on standard input: a list of processes shows arguments.
 *  @property folders  in which Codex may change files. */
export type WaysRun = {
  readonly ways: readonly WeighedWay[];
  readonly prepare: (way: CodexProvider) => Promise<WayProgram>;
  readonly input: string;
  readonly folders: readonly string[];
};

/** Runs Codex on the first way that is ready, and on the next where it ended badly, by itself, before it had changed a file.
 *  @returns its exit status. @throws CliError where no way could be taken, with each one's reason. */
export async function takeWays({ ways, prepare, input, folders }: WaysRun, io: Io): Promise<number> {
  const passed: string[] = [];
  let failed: number | undefined;
  for (const { way, excluded } of ways) {
    const made = excluded === undefined ? await prepare(way) : { ready: false as const, reason: excluded };
    if (!made.ready) {
      passed.push(`${way}: ${made.reason}`);
      if (ways.length > 1) line(io.err, `plugboard: ${way} is passed over. ${made.reason}`);
      continue;
    }
    const before = treePrints(folders);
    const status = await runProgram(withInput(made.program, input));
    if ('signal' in status) {
      endLike(status);
      return FAILED;
    }
    // Codex makes an exit status of Ctrl-C: whoever stopped it does not want another try.
    if (status.code === DONE || status.told !== undefined) return status.code;
    failed = status.code;
    const next = ways.slice(ways.findIndex((one) => one.way === way) + 1);
    if (next.length === 0) break;
    if (before === undefined || treePrints(folders) !== before) {
      const words =
        before === undefined ? 'its folder is too large to tell whether files were changed' : 'files were changed';
      line(io.err, `plugboard: Codex ended with status ${status.code}. No other way is tried, since ${words}.`);
      break;
    }
    line(io.err, `plugboard: Codex ended with status ${status.code} on ${way} and changed no file.`);
  }
  if (failed !== undefined) return failed;
  throw new CliError({
    message: `Codex cannot be run: ${passed.join(' ')}`,
    mend: 'plugboard doctor, or another --codex-provider',
  });
}

function withInput(program: Program, input: string): Program {
  return { ...program, input };
}
