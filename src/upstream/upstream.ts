import type { Failure } from '../ir/failure.ts';
import type { Headers } from '../protocols/protocol.ts';
import type { Provider, Target } from '../providers/provider.ts';

/** A text, bytes, or bytes in pieces. */
export type RequestBody = string | Uint8Array | readonly Uint8Array[];

/** One HTTP call to a provider, complete but for its credential, which the transport adds last.
 *  @property clientHeaders  the caller's own headers; only a `passthrough` provider is sent its allow-listed ones.
 *  @property guard          where a connection may lead; absent: anywhere. */
export type UpstreamCall = {
  readonly target: Target;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Headers;
  readonly clientHeaders: Headers;
  readonly body: RequestBody | null;
  readonly signal: AbortSignal;
  readonly guard?: AddressGuard;
};

/** Which addresses a connection may be made to. @property id  the same for guards that admit the same. */
export type AddressGuard = { readonly id: string; readonly admits: (hostname: string, address: string) => boolean };

/** The head of a reply, with its body still on the wire. Exactly one of `pipe` and `text` is called, once, or `cancel`;
 *  `cancel` may follow them and gives the connection up: nothing comes after it. */
export type UpstreamReply = {
  readonly status: number;
  readonly headers: Headers;
  /** Pushes the body, decoded (content-encoding undone), chunk by chunk, on the caller's stack: no queue, no promise. */
  readonly pipe: (sink: ByteSink) => void;
  /** @param limit  bytes that are kept; the rest is read and thrown away. */
  readonly text: (limit: number) => Promise<string>;
  readonly cancel: () => void;
};

/** `end` or `fail` comes last, once. While `chunk` has returned false the wire rests until `resume` is called. */
export type ByteSink = {
  readonly chunk: (bytes: Uint8Array, resume: () => void) => boolean;
  readonly end: () => void;
  readonly fail: (failure: Failure) => void;
};

/** @throws GatewayError timeout, transport, cancelled, or policy where a layer does not let the call pass. */
export type Transport = (call: UpstreamCall) => Promise<UpstreamReply>;
export type TransportLayer = (next: Transport) => Transport;

export function requestUrl(provider: Provider, path: string): URL {
  // Joined as text, so that no path can name another host, to which the key would go.
  const base = path.startsWith('//') ? new URL(provider.baseUrl).origin : provider.baseUrl;
  const url = new URL(base + path.replace(/^\/\//, '/'));
  for (const [name, value] of Object.entries(provider.query)) url.searchParams.set(name, value);
  return url;
}
