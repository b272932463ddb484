import type { ScriptedReply, SimulatedUsage } from './script.ts';

const CHARACTERS_PER_TOKEN = 4;

/** The script's own numbers, or an estimate from the sizes of both bodies. */
export function usageOf(reply: ScriptedReply, requestLength: number): Required<SimulatedUsage> {
  if (reply.usage !== undefined) return { cached: 0, reasoning: 0, ...reply.usage };
  const length = (types: readonly string[]) =>
    reply.steps.filter((step) => types.includes(step.type)).reduce((sum, step) => sum + JSON.stringify(step).length, 0);
  const reasoning = tokens(length(['think', 'redacted']));
  return {
    input: tokens(requestLength),
    cached: 0,
    output: reasoning + tokens(length(['say', 'refuse', 'call'])),
    reasoning,
  };
}

function tokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}
