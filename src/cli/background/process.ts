import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Is there a process with that id? One of another user counts, one that ended and waits to be reaped does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** A container's first process may never reap, and then a dead gateway keeps its id. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Does the process with that id look like a gateway? Process ids are used again, so a silent one must be asked about
 *  before it is killed. Where the system does not tell, the answer is no. */
export function looksLikeGateway(pid: number): boolean {
  const command = commandLine(pid);
  return /\bserve\b/.test(command) && /plugboard|main\.(ts|js)/.test(command);
}

function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    if (process.platform === 'win32') {
      const query = `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`;
      return run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', query]);
    }
    return run('ps', ['-o', 'command=', '-p', String(pid)]);
  } catch {
    return '';
  }
}

function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', timeout: 10_000, windowsHide: true, stdio: 'pipe' });
}
