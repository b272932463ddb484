import { isJsonObject, type Json, parseJson } from '../ir/json.ts';
import { PROTOCOL_IDS } from '../ir/protocol-id.ts';
import type { ProviderState } from '../ir/request.ts';

/** A provider's continuation state on its way through the client, as text where that client keeps such: Codex in
 *  `reasoning.encrypted_content`, the one member of an item that it gives back as it is; clients of the other doors in
 *  `thinking.signature` and in `reasoning_details`. */
const PREFIX = 'pb1:';

/** The longest envelope that is read, in characters. */
const MAX_LENGTH = 8 * 1024 * 1024;

/** An envelope without a state, for a client that asked for encrypted reasoning where the model's maker gave none. */
export const EMPTY_ENVELOPE = `${PREFIX}{}`;

export function makeEnvelope(state: ProviderState): string {
  return PREFIX + JSON.stringify(state);
}

export function isEnvelope(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** @returns undefined where the text holds no state that can be used. */
export function readEnvelope(text: string): ProviderState | undefined {
  if (!isEnvelope(text) || text.length > MAX_LENGTH) return undefined;
  const state = parseJson(text.slice(PREFIX.length));
  if (!isJsonObject(state) || !isJsonObject(state['value'])) return undefined;
  const { provider, model, credentialId, value } = state;
  const protocol = PROTOCOL_IDS.find((id) => id === state['protocol']);
  if (protocol === undefined || !isName(provider) || !isName(model)) return undefined;
  return { protocol, provider, model, ...(isName(credentialId) ? { credentialId } : {}), value };
}

/** The summary that takes a conversation's place, as text that only this gateway reads. */
export function makeSummary(summary: string): string {
  return PREFIX + JSON.stringify({ summary });
}

/** @returns undefined where the text is none of `makeSummary`. */
export function readSummary(text: string): string | undefined {
  if (!isEnvelope(text) || text.length > MAX_LENGTH) return undefined;
  const envelope = parseJson(text.slice(PREFIX.length));
  return isJsonObject(envelope) && typeof envelope['summary'] === 'string' ? envelope['summary'] : undefined;
}

/** Does the history in this request body hold one of our envelopes? One search over the bytes, without parsing. */
export function holdsEnvelope(body: Uint8Array): boolean {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  // The search stops at each byte like its first: a quotation mark would stop it at every turn.
  for (let at = bytes.indexOf(PREFIX); at !== -1; at = bytes.indexOf(PREFIX, at + 1)) {
    if (bytes[at - 1] === 0x22) return true;
  }
  return false;
}

function isName(value: Json | undefined): value is string {
  return typeof value === 'string';
}
