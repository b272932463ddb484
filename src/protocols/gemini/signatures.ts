import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import type { Message, ProviderState, ReasoningPart } from '../../ir/request.ts';
import type { EgressTarget } from '../protocol.ts';

/** What is kept of a part so that it can go back whole, as the value of a provider's state.
 *  - `call`: the signature of a call, which the id names.
 *  - `text`: the signature of a piece of text, the last `length` characters of what was said before it; 0: of an empty
 *    part of its own.
 *  - `thought`: the signature of the thinking that bears this state.
 *  - `part`: a part of the provider's own, such as a search that it ran: as it came. */
export type Kept =
  | { readonly of: 'call'; readonly id: string; readonly signature: string }
  | { readonly of: 'text'; readonly length: number; readonly signature: string }
  | { readonly of: 'thought'; readonly signature: string }
  | { readonly of: 'part'; readonly part: JsonObject };

/** What a part of the history keeps, where this target made it; else why it cannot go back. A signature belongs to the
 *  credential that it was made under: any other answers it with a 400. */
export function keptOf(part: ReasoningPart, target: EgressTarget): Kept | string {
  if (target.dialect.reasoning.echo.field === 'none') return 'The provider takes no thinking back.';
  const { state } = part;
  if (state === undefined) return 'Thinking without a signature cannot be given back.';
  if (!isOwn(state, target)) return 'Thinking of another model, or of another key, cannot be given back.';
  return readKept(state.value) ?? 'Thinking without a signature cannot be given back.';
}

function isOwn(state: ProviderState, target: EgressTarget): boolean {
  return (
    state.protocol === 'gemini' &&
    state.provider === target.provider &&
    state.model === target.model &&
    state.credentialId === target.credentialId
  );
}

function readKept(value: JsonObject): Kept | undefined {
  const { of, id, length, signature, part } = value;
  if (of === 'part') return isJsonObject(part) ? { of, part } : undefined;
  if (typeof signature !== 'string' || signature === '') return undefined;
  if (of === 'call' && typeof id === 'string') return { of, id, signature };
  if (of === 'text' && typeof length === 'number') return { of, length, signature };
  return of === 'thought' ? { of, signature } : undefined;
}

/** The signatures of a message's calls, by call id: a client may keep state and calls in another order than they came. */
export function callSignatures(message: Message, target: EgressTarget): ReadonlyMap<string, string> {
  const signatures = new Map<string, string>();
  for (const part of message.parts) {
    if (part.type !== 'reasoning') continue;
    const kept = keptOf(part, target);
    if (typeof kept !== 'string' && kept.of === 'call') signatures.set(kept.id, kept.signature);
  }
  return signatures;
}
