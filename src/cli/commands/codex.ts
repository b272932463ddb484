import { launchCodex } from '../../codex/launch/launch-codex.ts';
import { endLike } from '../../codex/launch/run-program.ts';
import { FAILED } from '../cli-error.ts';
import { launchOptions, requireCodex } from '../codex-launch.ts';
import type { CommandContext } from '../context.ts';

/** Runs Codex through the gateway. @param args  all that stands behind `plugboard codex`, untouched. */
export async function runCodexCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const codex = await requireCodex(context);
  const status = await launchCodex(launchOptions(codex, args, context));
  if ('code' in status) return status.code;
  endLike(status);
  return FAILED;
}
