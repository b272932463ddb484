import type { Json } from '../ir/json.ts';
import { texts } from './json.ts';
import type { Turn } from './turn.ts';

/** What a request demands of the answer's form, from the members in which its protocol says so. */
export function limitsOf(given: {
  readonly forced: string | undefined;
  readonly maxTokens: Json | undefined;
  readonly stop: Json | undefined;
  readonly oneCall: boolean;
  readonly isBrief: boolean;
}): Pick<Turn, 'forced' | 'maxTokens' | 'stop' | 'oneCall' | 'isBrief'> {
  const stop = texts(given.stop);
  return {
    ...(given.forced === undefined || given.forced === '' ? {} : { forced: given.forced }),
    ...(typeof given.maxTokens === 'number' ? { maxTokens: given.maxTokens } : {}),
    ...(stop.length === 0 ? {} : { stop }),
    ...(given.oneCall ? { oneCall: true } : {}),
    ...(given.isBrief ? { isBrief: true } : {}),
  };
}
