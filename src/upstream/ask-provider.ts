import { GatewayError } from '../ir/failure.ts';
import { type Json, type JsonObject, parseJson } from '../ir/json.ts';
import type { Model, Provider } from '../providers/provider.ts';
import type { Transport } from './upstream.ts';

const TIME_LIMIT_MS = 8_000;
const MAX_BYTES = 8 * 1024 * 1024;

/** One question to a provider that costs nothing, signed as its calls are.
 *  @param path  behind the base URL, or from the host with `//`. @param body  sent with a POST; absent: a GET.
 *  @returns the reply's JSON; undefined where there was none in time. */
export function providerAsker(
  transport: Transport,
): (provider: Provider, path: string, body?: JsonObject) => Promise<Json | undefined> {
  return async (provider, path, body) => {
    try {
      const reply = await transport({
        target: { model: anyModelOf(provider), credential: provider.credentials[0] ?? null },
        method: body === undefined ? 'GET' : 'POST',
        path,
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        clientHeaders: {},
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(TIME_LIMIT_MS),
      });
      const text = await reply.text(MAX_BYTES);
      return reply.status === 200 ? parseJson(text) : undefined;
    } catch (error) {
      if (error instanceof GatewayError) return undefined;
      throw error;
    }
  };
}

/** A call is signed for a target, and a list belongs to no model. */
export function anyModelOf(provider: Provider): Model {
  return { slug: '', displayName: '', provider, upstreamId: '', facts: {}, listed: false };
}
