/** Why a call failed, in the gateway's own words. `retryable` kinds may go to the next target before the commit point. */
export type FailureKind =
  | 'auth' // 401: the key is missing, wrong or revoked
  | 'permission' // 403
  | 'quota' // billing: no credit left
  | 'rate-limited' // 429
  | 'overloaded' // 503, 529, "at capacity"
  | 'server-error' // other 5xx
  | 'timeout' // connect, first byte or idle
  | 'transport' // DNS, TLS, reset, refused
  | 'cut' // the stream ended without its terminal sign
  | 'protocol' // bytes that are not the protocol
  | 'invalid-request' // the provider refuses the request
  | 'context-overflow'
  | 'model-not-found'
  | 'content-policy'
  | 'policy' // the user's own policy: outside of the fence, or over a limit of cost
  | 'runaway' // the model repeats itself without end and was stopped
  | 'unsupported' // the client asked for what cannot be carried
  | 'unauthenticated' // the client's own token is missing or wrong
  | 'too-large' // the client's body is over the limit
  | 'cancelled'; // the client left

/** @property message       for the person at the agent's prompt: what is wrong and where. Never holds a key.
 *  @property mend          the command or line that mends it.
 *  @property status        the upstream's HTTP status, where there was one.
 *  @property code          the upstream's own error code.
 *  @property parameter     the member of the request that the upstream refuses, where it names one.
 *  @property retryAfterMs  what the upstream asked us to wait. */
export type Failure = {
  readonly kind: FailureKind;
  readonly message: string;
  readonly mend?: string;
  readonly status?: number;
  readonly code?: string;
  readonly parameter?: string;
  readonly retryAfterMs?: number;
  readonly provider?: string;
  readonly model?: string;
};

/** Thrown where a boundary breaks; everything expected travels as a `Failure` value. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = failure;
  }
}

/** May another target be tried? What is wrong with the request itself would fail there too. */
export function isRetryable(failure: Failure): boolean {
  switch (failure.kind) {
    case 'invalid-request':
    case 'content-policy':
    case 'unsupported':
    case 'unauthenticated':
    case 'too-large':
    case 'cancelled':
      return false;
    default:
      return true;
  }
}

/** Message and mend as the one text that an agent shows. */
export function failureText(failure: Failure): string {
  return failure.mend === undefined ? failure.message : `${failure.message} ${failure.mend}`;
}
