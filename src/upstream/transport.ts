import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Headers } from '../protocols/protocol.ts';
import { createExchange } from './exchange.ts';
import { createPools, type Pools } from './pools.ts';
import type { ProxySettings } from './proxy.ts';
import { requestUrl, type Transport, type UpstreamCall, type UpstreamReply } from './upstream.ts';

export type HttpTransport = { readonly transport: Transport; readonly close: () => Promise<void> };

/** HTTP over undici's `dispatch`: chunks go from the parser to the sink on one stack, without a stream between. */
export function createHttpTransport(proxies: ProxySettings): HttpTransport {
  const pools = createPools(proxies);
  return { transport: async (call) => send(pools, call), close: pools.close };
}

function send(pools: Pools, call: UpstreamCall): Promise<UpstreamReply> {
  const { provider } = call.target.model;
  const url = requestUrl(provider, call.path);
  const pool = pools.poolFor(provider, url);
  const body = call.body === null ? null : asBuffer(call.body);
  const exchange = createExchange(url.host, provider.timeouts, call.signal);
  const options: Dispatcher.DispatchOptions = {
    origin: url.origin,
    path: url.pathname + url.search,
    method: call.method,
    headers: requestHeaders(call.headers, body),
    body: body === null ? null : new Once(body),
    headersTimeout: 0,
    bodyTimeout: provider.timeouts.idleMs,
  };
  try {
    if (!call.signal.aborted) pool.dispatch(options, exchange.handler);
  } catch (error) {
    exchange.abort(error);
  }
  return exchange.reply;
}

/** Bytes are not copied. */
function asBuffer(body: string | Uint8Array): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function requestHeaders(headers: Headers, body: Buffer | null): Record<string, string> {
  const sent: Record<string, string> = { 'accept-encoding': 'identity' };
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) sent[name.toLowerCase()] = value;
  }
  if (body !== null) sent['content-length'] = String(body.length);
  return sent;
}

/** A body of one piece that is forgotten once read: undici holds a request's body until its reply has ended, which for
 *  a thousand open streams is a thousand histories. */
class Once extends Readable {
  #piece: Buffer | null;

  constructor(piece: Buffer) {
    super({ highWaterMark: 0 });
    this.#piece = piece;
  }

  override _read(): void {
    const piece = this.#piece;
    this.#piece = null;
    if (piece !== null && piece.length > 0) this.push(piece);
    this.push(null);
  }
}
