import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codexProgram } from '../../codex/launch/launch-codex.ts';
import type { Check } from '../check.ts';
import { launchOptions, requireCodex } from '../codex-launch.ts';
import type { CommandContext } from '../context.ts';
import { duration, tokens } from '../format.ts';
import { withProgress } from '../progress.ts';
import { type AgentRun, runAgent } from './codex-task.ts';
import { makeScratchRepository } from './scratch-repository.ts';
import { showStep } from './show-step.ts';

const LIMIT_MS = 300_000;
const BEFORE = 'Shopping list\n\n- 3 apples\n- 2 pears\n';
/** Held by a file that only a command can tell, since the prompt does not name it. */
const WORD = 'marigold';
const PROMPT =
  'Read list.txt. Run one shell command that prints the content of secret.txt. Then edit list.txt: change "3 apples" to ' +
  '"5 apples", add the line "- 1 WORD" at its end with WORD replaced by what secret.txt holds, and change nothing else. ' +
  'Finish with one short sentence.';
const AFTER = `Shopping list\n\n- 5 apples\n- 2 pears\n- 1 ${WORD}\n`;

/** Lets the real Codex read a file, run a command and make an edit on a model, and judges what came of it. */
export async function agentTrial(
  slug: string,
  options: { readonly quiet: boolean },
  context: CommandContext,
): Promise<readonly Check[]> {
  const codex = await requireCodex(context);
  const args = ['--skip-git-repo-check', '--sandbox', 'workspace-write', '--model', slug];
  const repository = makeScratchRepository({ 'list.txt': BEFORE, 'secret.txt': `${WORD}\n` });
  try {
    const { command, args: overrides, environment } = await codexProgram(launchOptions(codex, [], context));
    const run = await withProgress(context.io, `Codex works on ${slug}`, () =>
      runAgent({
        codex: [...command, ...overrides],
        args,
        prompt: PROMPT,
        directory: repository.directory,
        environment,
        limitMs: LIMIT_MS,
        onStep: (step) => {
          if (!options.quiet) showStep(step, repository.directory, context.io);
        },
      }),
    );
    return judge(run, readFileSync(join(repository.directory, 'list.txt'), 'utf8'));
  } finally {
    repository.remove();
  }
}

/** What of the job was done. @param text  list.txt as it is now. */
export function judge(run: AgentRun, text: string): readonly Check[] {
  const commands = run.steps.filter((step) => step.type === 'command');
  const worked = commands.filter((step) => step.exitStatus === 0);
  const error = run.steps.findLast((step) => step.type === 'error');
  const refused = run.steps.filter((step) => step.type === 'file-change' && !step.applied).length;
  const spent = `${duration(run.totalMs)}, ${tokens(run.tokens.input)} tokens in, ${tokens(run.tokens.output)} out`;
  const check = (name: string, passed: boolean, words: string): Check => ({
    name,
    state: passed ? 'ok' : 'failed',
    words,
  });
  return [
    check('finished', run.exitStatus === 0, run.exitStatus === 0 ? spent : endWords(run, error)),
    check('commands', worked.length > 0, `${worked.length} of ${commands.length} ended well`),
    ...(refused === 0 ? [] : [{ name: 'patches', state: 'warning' as const, words: `${refused} did not apply` }]),
    check(
      'result',
      normal(text) === AFTER,
      normal(text) === AFTER ? 'the file is as it was asked for' : difference(text),
    ),
  ];
}

function endWords(run: AgentRun, error: AgentRun['steps'][number] | undefined): string {
  if (error?.type === 'error') return error.message;
  return run.exitStatus === null
    ? `not done within ${duration(LIMIT_MS)}`
    : `Codex ended with status ${run.exitStatus}`;
}

function difference(text: string): string {
  if (normal(text) === BEFORE) return 'the file was not changed';
  return text.includes(WORD)
    ? 'the file was changed, but not as asked'
    : 'the file lacks the word that only a command tells';
}

/** Windows line ends and a missing or second newline at the end are no fault. */
function normal(text: string): string {
  return `${text.replaceAll('\r\n', '\n').trimEnd()}\n`;
}
