import type { Headers } from '../protocols/protocol.ts';
import type { Target } from '../providers/provider.ts';

const MASK = '***';
/** Shorter values are words, not secrets; masking them would mangle sentences. */
const SHORTEST_SECRET = 8;
const SECRET_NAME = /auth|key|token|secret|cookie|password|credential/i;
/** Keys that a provider repeats in its own words, whole or with their middle starred out. */
const KEY_LIKE =
  /\b(?:sk|pk|rk|gsk|xai|hf|nvapi|csk|fw|tgp|key)[-_][A-Za-z0-9*_-]{8,}|\bAIza[\w-]{20,}|\beyJ[\w-]{10,}(?:\.[\w-]+){1,2}/g;
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;

/** Takes the secrets of a call out of a text that came from its provider.
 *  @param clientHeaders  what a `passthrough` provider was sent of the client's. */
export function redact(text: string, target: Target, clientHeaders: Headers): string {
  let clean = text;
  for (const secret of secretsOf(target, clientHeaders)) clean = clean.replaceAll(secret, MASK);
  return clean.replace(BEARER, `$1 ${MASK}`).replace(KEY_LIKE, MASK);
}

function secretsOf({ model, credential }: Target, clientHeaders: Headers): readonly string[] {
  const { provider } = model;
  const named = [...Object.entries(provider.headers), ...Object.entries(provider.query)]
    .filter(([name]) => SECRET_NAME.test(name))
    .map(([, value]) => value);
  const login = [clientHeaders['authorization']?.replace(/^\w+\s+/, ''), clientHeaders['chatgpt-account-id']];
  return [credential?.secret.reveal(), ...named, ...login]
    .filter((value) => value !== undefined)
    .filter((value) => value.length >= SHORTEST_SECRET)
    .sort((one, other) => other.length - one.length);
}
