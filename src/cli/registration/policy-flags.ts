import { type Command, InvalidArgumentError } from 'commander';
import type { PolicyFlags } from '../../policy/settings.ts';

/** The limits that a command may set over the environment and the file. */
export function withPolicyFlags(command: Command): Command {
  return command
    .option('--local-only', 'let nothing leave this machine and the private networks of the policy')
    .option('--avoid-openai', "send nothing to OpenAI's services")
    .option('--max-cost <usd>', 'what one request may cost at most', usdNumber);
}

export type PolicyFlagOptions = {
  readonly localOnly?: boolean | undefined;
  readonly avoidOpenai?: boolean | undefined;
  readonly maxCost?: number | undefined;
};

export function policyFlags({ localOnly, avoidOpenai, maxCost }: PolicyFlagOptions): PolicyFlags {
  return {
    ...(localOnly === undefined ? {} : { localOnly }),
    ...(avoidOpenai === undefined ? {} : { avoidOpenai }),
    ...(maxCost === undefined ? {} : { maxCostUsd: maxCost }),
  };
}

export function usdNumber(text: string): number {
  const usd = Number(text);
  if (text.trim() !== '' && Number.isFinite(usd) && usd >= 0) return usd;
  throw new InvalidArgumentError('Give an amount in dollars, such as 0.5.');
}
