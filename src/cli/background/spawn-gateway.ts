import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { PolicyFlags } from '../../policy/settings.ts';
import type { CommandContext } from '../context.ts';
import { openLog } from './log-file.ts';

/** Starts the gateway as a process of its own that outlives this one and its terminal; what it says goes to the log. */
export function spawnGateway(context: CommandContext, limits: readonly string[]): ChildProcess {
  const [node, ...script] = context.self;
  const log = openLog(context.places.home);
  try {
    const child = spawn(node, [...script, 'serve', ...limits], {
      cwd: context.places.home,
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log],
      env: backgroundEnvironment(context),
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** The flags of a policy as `serve` takes them. */
export function flagArguments({ localOnly, avoidOpenai, maxCostUsd }: PolicyFlags): readonly string[] {
  return [
    ...(localOnly === true ? ['--local-only'] : []),
    ...(avoidOpenai === true ? ['--avoid-openai'] : []),
    ...(maxCostUsd === undefined ? [] : ['--max-cost', String(maxCostUsd)]),
  ];
}

/** Names the home, which the caller may know from elsewhere. Without npm's variables: a gateway that npm started ends with
 *  npm, and this one must not. */
function backgroundEnvironment({ environment, places }: CommandContext): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !/^(npm_|INIT_CWD$)/i.test(name));
  return { ...Object.fromEntries(kept), PLUGBOARD_HOME: places.home };
}
