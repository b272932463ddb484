import type { FinishReason } from '../../ir/event.ts';
import type { FailureKind } from '../../ir/failure.ts';

/** What a `finishReason` means.
 *  - `blocked`: a filter stopped the reply. What had been said by then is incomplete; where nothing had, it is a refusal.
 *  - `failure`: nothing came of it that could be used; another try may do better. */
export type Ending =
  | { readonly type: 'finish'; readonly reason: FinishReason }
  | { readonly type: 'blocked'; readonly words: string }
  | { readonly type: 'failure'; readonly kind: FailureKind; readonly message: string };

/** @see https://ai.google.dev/api/generate-content#FinishReason */
const BLOCKED: ReadonlyMap<string, string> = new Map([
  ['SAFETY', 'it was flagged for safety'],
  ['RECITATION', 'it recited a protected text'],
  ['LANGUAGE', 'it uses a language that is not supported'],
  ['BLOCKLIST', 'it holds forbidden terms'],
  ['PROHIBITED_CONTENT', 'it holds prohibited content'],
  ['SPII', 'it holds sensitive personal information'],
  ['IMAGE_SAFETY', 'its image was flagged for safety'],
  ['IMAGE_PROHIBITED_CONTENT', 'its image holds prohibited content'],
  ['IMAGE_RECITATION', 'its image recites a protected one'],
]);

const FAILED: ReadonlyMap<string, readonly [FailureKind, string]> = new Map<string, readonly [FailureKind, string]>([
  ['MALFORMED_FUNCTION_CALL', ['server-error', 'The model wrote a function call that its provider could not read.']],
  ['MALFORMED_RESPONSE', ['server-error', 'The model wrote a reply that its provider could not read.']],
  ['UNEXPECTED_TOOL_CALL', ['server-error', 'The model called a tool although none was offered.']],
  ['TOO_MANY_TOOL_CALLS', ['server-error', 'The model called tools without end, and its provider stopped it.']],
  ['MISSING_THOUGHT_SIGNATURE', ['invalid-request', 'The provider misses a thought signature in the history.']],
  ['OTHER', ['server-error', 'The provider stopped the reply for a reason that it did not name.']],
  ['IMAGE_OTHER', ['server-error', 'The provider stopped the image for a reason that it did not name.']],
  ['NO_IMAGE', ['server-error', 'The model made no image where one was asked for.']],
]);

/** @param reason  a word that nobody knows ends the reply as STOP does.
 *  @param message  what the provider says of it. */
export function decodeFinishReason(reason: string, message: string, called: boolean): Ending {
  const said = message === '' ? '' : ` ${message}`;
  const blocked = BLOCKED.get(reason);
  if (blocked !== undefined) return { type: 'blocked', words: `The provider blocked the reply: ${blocked}.${said}` };
  const failed = FAILED.get(reason);
  if (failed !== undefined) return { type: 'failure', kind: failed[0], message: `${failed[1]}${said}` };
  // CONTINUATION: the reply goes on in a call of its own, which only who asked for it can make.
  if (reason === 'MAX_TOKENS' || reason === 'CONTINUATION') return { type: 'finish', reason: 'length' };
  return { type: 'finish', reason: called ? 'tool-calls' : 'stop' };
}

const PROMPT_BLOCKED: ReadonlyMap<string, string> = new Map([
  ['SAFETY', 'it was flagged for safety'],
  ['BLOCKLIST', 'it holds forbidden terms'],
  ['PROHIBITED_CONTENT', 'it holds prohibited content'],
  ['IMAGE_SAFETY', 'an image was flagged for safety'],
  ['MODEL_ARMOR', 'Model Armor flagged it'],
  ['JAILBREAK', 'it was taken for a jailbreak'],
]);

/** Why a prompt was not answered at all.
 *  @see https://ai.google.dev/api/generate-content#BlockReason */
export function blockWords(reason: string, message: string): string {
  const said = message === '' ? '' : ` ${message}`;
  return `The provider blocked the prompt: ${PROMPT_BLOCKED.get(reason) ?? reason}.${said}`;
}
