import type { InferenceEvent } from '../ir/event.ts';
import type { Failure } from '../ir/failure.ts';
import type { Json } from '../ir/json.ts';
import type { RateWindow } from '../ir/rate-window.ts';
import type { Usage } from '../ir/usage.ts';
import type { EgressCodec, Headers } from '../protocols/protocol.ts';
import type { Target } from '../providers/provider.ts';
import type { Transducer } from '../wire/transducer.ts';
import type { RequestBody } from './upstream.ts';

/** A call to one target in two halves, so that the request can be let go once it is sent. */
export type PreparedCall = { readonly request: PreparedRequest; readonly reply: ReplyDecoding };
export type PreparedRequest = { readonly path: string; readonly headers: Headers; readonly body: RequestBody };

/** @property form  how the reply goes on: translated, or as the bytes of a stream or of one JSON object, beside which its
 *                  events are for metering alone. Bytes that came in the other form are translated. */
export type ReplyDecoding = {
  readonly form: 'translated' | 'stream-bytes' | 'whole-bytes';
  readonly decodeStream: () => Transducer<Uint8Array, InferenceEvent>;
  readonly decodeResponse: (body: Json) => readonly InferenceEvent[];
  readonly decodeError: EgressCodec['decodeError'];
};

/** Where the committed reply goes, on the wire's stack. `commit` comes first, at the first content; `end` last. */
export type ReplySink = {
  readonly commit: (target: Target, attempts: number, bytes: boolean) => void;
  /** @param bytes  null in a translated reply, and for events that no bytes belong to: a failure of the connection.
   *  @returns false to rest until `resume` is called. */
  readonly chunk: (bytes: Uint8Array | null, events: readonly InferenceEvent[], resume: () => void) => boolean;
  readonly end: () => void;
};

/** How one attempt ended.
 *  @property unanswered  not even the head of a reply came.
 *  @property usage       what the provider counted, also of a reply that broke.
 *  @property windows     what the reply's head told of the provider's rate limits. */
export type AttemptEnd = {
  readonly committed: boolean;
  readonly unanswered?: boolean;
  readonly firstTokenMs?: number;
  readonly usage?: Usage;
  readonly windows?: readonly RateWindow[];
  readonly failure?: Failure;
};
