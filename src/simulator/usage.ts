import type { CacheCount } from './prompt-cache.ts';
import type { ScriptedReply, SimulatedUsage } from './script.ts';

const CHARACTERS_PER_TOKEN = 4;

/** The script's own numbers, or an estimate from the sizes of both bodies.
 *  @param counted  what the prompt cache counted of the request, where there is one. */
export function usageOf(
  reply: ScriptedReply,
  requestLength: number,
  counted: CacheCount = { input: tokens(requestLength), cached: 0, written: 0 },
): Required<SimulatedUsage> {
  if (reply.usage !== undefined) return { cached: 0, written: 0, reasoning: 0, ...reply.usage };
  const length = (types: readonly string[]) =>
    reply.steps.filter((step) => types.includes(step.type)).reduce((sum, step) => sum + JSON.stringify(step).length, 0);
  const reasoning = tokens(length(['think', 'redacted']));
  return {
    ...counted,
    output: reasoning + tokens(length(['say', 'refuse', 'call'])),
    reasoning,
  };
}

function tokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}
