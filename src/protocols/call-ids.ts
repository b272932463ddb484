import { createHash } from 'node:crypto';
import type { Dialect } from '../ir/dialect.ts';
import type { Message } from '../ir/request.ts';

/** Ids for the calls of one reply, unlike any other of the session: an upstream that gives none, or the same ones in
 *  every reply, would have two calls answered by one output.
 *  @param newId  random, without prefix.
 *  @returns the given id where it is free, else a new one. */
export function callIdSource(messages: readonly Message[], newId: () => string): (given: string | undefined) => string {
  const taken = new Set<string>();
  for (const message of messages) {
    for (const part of message.parts) if (part.type === 'tool-call') taken.add(part.callId);
  }
  return (given) => {
    const id = given === undefined || given === '' || taken.has(given) ? `call_${newId()}` : given;
    taken.add(id);
    return id;
  };
}

/** The same call id in the form that a provider takes; an id that fits stays. The same id always gives the same. */
export function fitCallId(id: string, rule: Dialect['tools']['callId']): string {
  if (rule === undefined || (id.length <= rule.length && new RegExp(rule.pattern).test(id))) return id;
  return createHash('sha256').update(id).digest('hex').slice(0, rule.length);
}
