import { completeFacts } from '../../config/facts.ts';
import type { Model } from '../../providers/provider.ts';
import { error, type Finding, warning } from './finding.ts';

/** What Codex sends before the user's first word: base instructions, tool definitions and environment. 39.6 kB of
 *  JSON, measured with Codex 0.169 in an empty folder; in tokens at four bytes each. */
const CODEX_PROMPT_TOKENS = 10_000;
/** Below this, a coding session compacts every few turns. */
export const COMFORTABLE_WINDOW = 64_000;

/** @param told  tokens that the provider really gives the model, where it tells. */
export function checkContextWindow(model: Model, told: number | undefined): Finding[] {
  const stated = completeFacts(model).contextWindow;
  const window = Math.min(stated, told ?? stated);
  const larger = model.provider.local
    ? `Give it more where it runs (Ollama: OLLAMA_CONTEXT_LENGTH=65536, LM Studio: the model's load settings).`
    : `Take a model with a larger window, or set context_window if the provider really has more.`;
  if (window <= CODEX_PROMPT_TOKENS) {
    return [
      error(
        'window-below-prompt',
        `${model.slug} has a window of ${window} tokens; Codex's own prompt takes about ${CODEX_PROMPT_TOKENS}.`,
        larger,
      ),
    ];
  }
  if (window < stated && model.facts.contextWindow !== undefined) {
    return [
      error(
        'window-overstated',
        `${model.slug} is said to have a window of ${stated} tokens, but ${model.provider.id} gives it ${window}: longer conversations will fail.`,
        `${larger} Or set context_window: ${window}`,
      ),
    ];
  }
  if (window < COMFORTABLE_WINDOW) {
    return [
      warning(
        'window-small',
        `${model.slug} has a window of ${window} tokens; under ${COMFORTABLE_WINDOW} Codex compacts all the time.`,
        larger,
      ),
    ];
  }
  return [];
}
