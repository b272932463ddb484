import type { Random } from './random.ts';
import type { Subject } from './subject.ts';

/** @property key  the same for what is most likely the same fault. */
export type Finding = { readonly key: string; readonly message: string };

/** CPU time that one input may take, in ms, and each megabyte of it: a busy machine counts too. */
const MAX_CPU_MS = 2_000;
const CPU_MS_PER_MIB = 5_000;

/** Feeds one input. @returns what is wrong, or undefined. */
export async function findingOf(subject: Subject, bytes: Uint8Array, random: Random): Promise<Finding | undefined> {
  const before = process.threadCpuUsage();
  try {
    await subject.check(bytes, random);
  } catch (error) {
    return fault(subject, error);
  }
  const { user, system } = process.threadCpuUsage(before);
  const ms = (user + system) / 1_000;
  if (ms > MAX_CPU_MS + (CPU_MS_PER_MIB * bytes.length) / 1_048_576)
    return { key: `${subject.name} slow`, message: `took ${Math.round(ms)} ms of CPU` };
  if (Object.keys(Object.prototype).length > 0)
    return { key: 'prototype', message: 'Object.prototype has new members' };
  return undefined;
}

function fault(subject: Subject, error: unknown): Finding {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const [first = ''] = message.split('\n');
  const place = /\((?:file:\/\/)?[^()]*?\/((?:src|test)\/[\w./-]+\.ts:\d+)/.exec(message)?.[1] ?? '';
  return { key: `${subject.name} ${first.replace(/\d+/g, 'N').slice(0, 80)} ${place}`, message };
}

/** A smaller input with the same finding: pieces are left out, ever smaller ones, as long as it stays.
 *  @param budgetMs  how long it may take. */
export async function minimised(
  subject: Subject,
  bytes: Uint8Array,
  random: () => Random,
  key: string,
  budgetMs: number,
): Promise<Uint8Array> {
  const until = performance.now() + budgetMs;
  let least = bytes;
  for (let size = Math.ceil(least.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < least.length && performance.now() < until; ) {
      const candidate = Buffer.concat([least.subarray(0, at), least.subarray(at + size)]);
      const found = await findingOf(subject, candidate, random());
      if (found?.key === key) least = candidate;
      else at += size;
    }
  }
  return least;
}
