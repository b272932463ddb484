import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Is whoever ran this process still there? npm runs a script in a shell, and where that shell stays in between, its
 *  death is not npm's: then the shell's own parent counts.
 *  @returns what to ask again and again. */
export function starterWatch(): () => boolean {
  const parent = process.ppid;
  const grandparent = isShell(parent) ? parentOf(parent) : undefined;
  return () => process.ppid === parent && (grandparent === undefined || isThere(parent, grandparent));
}

/** On Linux the orphaned shell's new parent tells it at once, also while the dead one waits to be reaped. */
function isThere(shell: number, grandparent: number): boolean {
  if (process.platform === 'linux') return parentOf(shell) === grandparent;
  try {
    return process.kill(grandparent, 0);
  } catch {
    return false;
  }
}

const SHELLS = new Set(['sh', 'dash', 'bash', 'ash', 'zsh', 'ksh', 'busybox']);

function isShell(pid: number): boolean {
  return SHELLS.has(ask(pid, 'comm').replace(/^.*\/|^-/g, ''));
}

function parentOf(pid: number): number | undefined {
  const found = Number(ask(pid, 'ppid'));
  return Number.isInteger(found) && found > 0 ? found : undefined;
}

/** From /proc on Linux, from `ps` elsewhere; empty on Windows, where only the parent is watched. */
function ask(pid: number, what: 'comm' | 'ppid'): string {
  try {
    if (process.platform === 'linux') {
      const found = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      return found?.[what === 'comm' ? 1 : 2] ?? '';
    }
    if (process.platform === 'win32') return '';
    return execFileSync('ps', ['-o', `${what}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
