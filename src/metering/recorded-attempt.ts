import type { Attempt } from '../ir/attempt.ts';
import type { Failure, FailureKind } from '../ir/failure.ts';

/** What the ledger says of a failure, in our own words alone. */
const SENTENCES = {
  auth: 'The provider refused the key.',
  permission: 'The provider forbids this call to this key.',
  quota: 'The account at the provider has no credit left.',
  'rate-limited': "The provider's limit was reached.",
  overloaded: 'The provider had no capacity.',
  'server-error': 'The provider failed inside.',
  timeout: 'The provider did not answer in time.',
  transport: 'The connection to the provider failed.',
  cut: 'The reply ended before it was complete.',
  protocol: 'The reply was not in the protocol of this provider.',
  'invalid-request': 'The provider refused the request.',
  'context-overflow': "The conversation is longer than the model's window.",
  'model-not-found': 'The provider has no such model.',
  'content-policy': "The provider's policy refused the content.",
  policy: 'The policy of this gateway does not let the call pass.',
  runaway: 'The model repeated itself without end and was stopped.',
  unsupported: 'The request asks for what cannot be carried to this provider.',
  unauthenticated: "The client's token is missing or wrong.",
  'too-large': 'The request is over the size limit.',
  cancelled: 'The client left.',
} as const satisfies Readonly<Record<FailureKind, string>>;

/** A name that a program chose, such as `invalid_value` or `tools[0].function.name`; no sentence fits. */
const NAME = /^[\w.$[\]:-]{1,80}$/;

/** An attempt as it may be stored: a provider's error often repeats the prompt, so its words stay out. The kind, the
 *  status, the names that it gave and the time that it asked to wait remain. What it told of its limits serves the
 *  moment alone. */
export function recordedAttempt(attempt: Attempt): Attempt {
  if (attempt.failure === undefined && attempt.windows === undefined) return attempt;
  const { windows: _, failure, ...kept } = attempt;
  return failure === undefined ? kept : { ...kept, failure: withoutWords(failure) };
}

function withoutWords({ kind, status, code, parameter, retryAfterMs, provider, model }: Failure): Failure {
  return {
    kind,
    message: SENTENCES[kind],
    ...(status === undefined ? {} : { status }),
    ...(code === undefined || !NAME.test(code) ? {} : { code }),
    ...(parameter === undefined || !NAME.test(parameter) ? {} : { parameter }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
  };
}
