import { type Finding, warning } from './finding.ts';

/** How a model did with its tools lately, summed over its requests. */
export type ToolRecord = {
  readonly slug: string;
  readonly calls: number;
  readonly malformed: number;
  readonly failedPatches: number;
};

/** Fewer calls than this say nothing. */
const ENOUGH_CALLS = 10;
const TOO_MANY = 0.2;

/** A model whose calls are malformed or whose patches fail again and again is too weak for an agent.
 *  @param stronger  slugs to suggest, best first. */
export function checkToolQuality(records: readonly ToolRecord[], stronger: readonly string[]): Finding[] {
  return records
    .filter(
      ({ calls, malformed, failedPatches }) => calls >= ENOUGH_CALLS && (malformed + failedPatches) / calls > TOO_MANY,
    )
    .map(({ slug, calls, malformed, failedPatches }) => {
      const others = stronger.filter((other) => other !== slug).slice(0, 3);
      return warning(
        'model-too-weak',
        `${slug}: of ${calls} tool calls ${malformed} were malformed and ${failedPatches} patches did not apply. It is too weak for an agent's work.`,
        others.length === 0
          ? 'Add a stronger model to config.yaml, for example qwen3-coder or glm.'
          : `Use a stronger one: plugboard use ${others.join(' | ')}`,
      );
    });
}
