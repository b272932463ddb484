import type { Dispatcher } from 'undici';
import type { Headers } from '../protocols/protocol.ts';
import { createExchange } from './exchange.ts';
import { createPools, type Pools } from './pools.ts';
import type { ProxySettings } from './proxy.ts';
import { type RequestBody, requestUrl, type Transport, type UpstreamCall, type UpstreamReply } from './upstream.ts';

export type HttpTransport = { readonly transport: Transport; readonly close: () => Promise<void> };

/** HTTP over undici's `dispatch`: chunks go from the parser to the sink on one stack, without a stream between. */
export function createHttpTransport(proxies: ProxySettings): HttpTransport {
  const pools = createPools(proxies);
  return { transport: async (call) => send(pools, call), close: pools.close };
}

/** A text up to this length, in characters, goes to the socket as it is: as a buffer it would wait for the garbage
 *  collector. For a longer one Node would set aside three times its size. */
const MAX_TEXT = 64 * 1024;

function send(pools: Pools, call: UpstreamCall): Promise<UpstreamReply> {
  const { provider } = call.target.model;
  const url = requestUrl(provider, call.path);
  const pool = pools.poolFor(provider, url, call.guard);
  const body = typeof call.body === 'string' && call.body.length > MAX_TEXT ? Buffer.from(call.body) : call.body;
  const exchange = createExchange(url.host, provider.timeouts, call.signal);
  const options: Dispatcher.DispatchOptions = {
    origin: url.origin,
    path: url.pathname + url.search,
    method: call.method,
    headers: requestHeaders(call.headers, body),
    headersTimeout: 0,
    bodyTimeout: provider.timeouts.idleMs,
  };
  // undici takes any iterable; its types do not say so.
  if (body !== null) Object.assign(options, { body: once(body) });
  try {
    if (!call.signal.aborted) pool.dispatch(options, exchange.handler);
  } catch (error) {
    exchange.abort(error);
  }
  return exchange.reply;
}

function requestHeaders(headers: Headers, body: RequestBody | null): Record<string, string> {
  const sent: Record<string, string> = { 'accept-encoding': 'identity' };
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) sent[name.toLowerCase()] = value;
  }
  if (body !== null) sent['content-length'] = String(lengthOf(body));
  return sent;
}

function lengthOf(body: RequestBody): number {
  return typeof body === 'string' || body instanceof Uint8Array
    ? Buffer.byteLength(body)
    : body.reduce((sum, piece) => sum + piece.length, 0);
}

/** A body whose pieces are forgotten once read: undici holds a request's body until its reply has ended, which for a
 *  thousand open streams is a thousand histories. */
function once(body: RequestBody): Iterable<string | Uint8Array> {
  const left: (string | Uint8Array)[] = typeof body === 'string' || body instanceof Uint8Array ? [body] : [...body];
  const next = (): IteratorResult<string | Uint8Array> => {
    const value = left.shift();
    return value === undefined ? { done: true, value } : { done: false, value };
  };
  return { [Symbol.iterator]: () => ({ next }) };
}
