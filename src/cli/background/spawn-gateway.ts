import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { CommandContext } from '../context.ts';
import { openLog } from './log-file.ts';

/** Starts the gateway as a process of its own that outlives this one and its terminal; what it says goes to the log. */
export function spawnGateway(context: CommandContext): ChildProcess {
  const [node, ...script] = context.self;
  const log = openLog(context.places.home);
  try {
    const child = spawn(node, [...script, 'serve'], {
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

/** Names the home, which the caller may know from elsewhere. Without npm's variables: a gateway that npm started ends with
 *  npm, and this one must not. */
function backgroundEnvironment({ environment, places }: CommandContext): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !/^(npm_|INIT_CWD$)/i.test(name));
  return { ...Object.fromEntries(kept), PLUGBOARD_HOME: places.home };
}
