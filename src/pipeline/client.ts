import { type Caller, isCodex } from '../ir/caller.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import type { Headers, IngressCodec } from '../protocols/protocol.ts';

/** A call as the server hands it over: authenticated, its body whole and unpacked.
 *  @property id          also the response header `x-request-id`.
 *  @property takeBody    hands the body over, once: whoever takes it decides how long it is kept.
 *  @property headers     names in lower case; the gateway's own token is taken out.
 *  @property signal      aborts when the client leaves.
 *  @property receivedAt  ms since the epoch.
 *  @property previousReply  the reply that the body, once taken, was found to go on from; absent where bodies come as
 *                        their clients sent them. */
export type ClientRequest = {
  readonly id: string;
  readonly protocol: ProtocolId;
  readonly headers: Headers;
  readonly takeBody: () => Uint8Array;
  readonly caller: Caller;
  readonly tags: readonly string[];
  readonly signal: AbortSignal;
  readonly receivedAt: number;
  readonly previousReply?: () => string | undefined;
};

/** Headers for a native provider of the client's protocol. Nothing of Codex goes there. */
export function nativeHeadersOf({ caller, headers }: ClientRequest, ingress: IngressCodec): Headers {
  if (isCodex(caller)) return {};
  return Object.fromEntries(
    ingress.nativeHeaders.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}

/** The way back to the client. `head` comes first, once; `end` or `cut` last. */
export type ClientReply = {
  readonly head: (status: number, headers: Headers) => void;
  /** @returns false while the client does not keep up; then wait for `onceDrained`. */
  readonly write: (data: string | Uint8Array) => boolean;
  readonly onceDrained: (resume: () => void) => void;
  readonly end: (data?: string) => void;
  /** Breaks the connection off, so that the client does not take half a reply for a whole one. */
  readonly cut: () => void;
};
