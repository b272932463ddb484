import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeBeside } from './atomic-write.ts';
import { ensureHome } from './home.ts';
import { keepPrivate } from './private-file.ts';

/** 32 random bytes in base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export function tokenFile(home: string): string {
  return join(home, 'token');
}

/** The local token, or `undefined` where there is none, or what is there is none. */
export function readToken(home: string): string | undefined {
  try {
    const text = readFileSync(tokenFile(home), 'utf8').trim();
    return TOKEN.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The local token; made, readable by its owner alone, where there is none. Of two processes that make it at once, one
 *  wins and both return the winner's. @throws the file system's error where it cannot be written. */
export function ensureToken(home: string): string {
  const file = tokenFile(home);
  const known = readToken(home);
  if (known !== undefined) {
    keepPrivate(file, 'the token');
    return known;
  }
  ensureHome(home);
  const token = randomBytes(32).toString('base64url');
  const beside = writeBeside(file, `${token}\n`, 0o600);
  try {
    claim(beside, file, token);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    const theirs = readToken(home);
    if (theirs !== undefined) return theirs;
    // What is there is no token: left by a crash or a slip.
    rmSync(file, { force: true });
    claim(beside, file, token);
  } finally {
    rmSync(beside, { force: true });
  }
  return readToken(home) ?? token;
}

/** A link appears whole or not at all, and never over another. File systems without links get an exclusive write. */
function claim(beside: string, file: string, token: string): void {
  try {
    linkSync(beside, file);
  } catch (error) {
    if (isCode(error, 'EEXIST')) throw error;
    writeFileSync(file, `${token}\n`, { flag: 'wx', mode: 0o600 });
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
