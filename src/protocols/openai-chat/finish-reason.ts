import type { FinishReason } from '../../ir/event.ts';
import type { FailureKind } from '../../ir/failure.ts';

/** What a `finish_reason` means: how the reply ended, or why it failed. Besides the API's own words those that
 *  compatible servers use. */
export type Ending =
  | { readonly type: 'finish'; readonly reason: FinishReason }
  | { readonly type: 'failure'; readonly kind: FailureKind; readonly message: string };

const REASONS = new Map<string, FinishReason>([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['tool_calls', 'tool-calls'],
  ['tool_call', 'tool-calls'],
  ['tool_use', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['content_filter', 'content-filter'],
  ['safety', 'content-filter'],
  ['sensitive', 'content-filter'],
  ['refusal', 'refusal'],
]);

const FAILURES = new Map<string, readonly [FailureKind, string]>([
  ['error', ['server-error', 'The provider stopped the reply because of an error that it did not name.']],
  ['network_error', ['server-error', 'The provider stopped the reply because of an error in its own network.']],
  ['insufficient_system_resource', ['overloaded', 'The provider stopped the reply: it is out of capacity.']],
  ['abort', ['cut', 'The provider broke the reply off.']],
]);

/** @param word  not empty. A word that nobody knows ends the reply as `stop` does. */
export function decodeFinishReason(word: string): Ending {
  const lower = word.toLowerCase();
  const failure = FAILURES.get(lower);
  if (failure !== undefined) return { type: 'failure', kind: failure[0], message: failure[1] };
  return { type: 'finish', reason: REASONS.get(lower) ?? 'stop' };
}
