import type { FailureKind } from '../../ir/failure.ts';

/** Whose fault a failure is: the deployment's, the key's, the model's (the provider does not have it), or nobody's here:
 *  the request's, the client's, or what the model said. */
export const FAULT = {
  'rate-limited': 'key',
  quota: 'key',
  auth: 'key',
  permission: 'key',
  'model-not-found': 'model',
  overloaded: 'deployment',
  'server-error': 'deployment',
  timeout: 'deployment',
  transport: 'deployment',
  cut: 'deployment',
  protocol: 'deployment',
  runaway: 'none',
  'invalid-request': 'none',
  'context-overflow': 'none',
  'content-policy': 'none',
  policy: 'none',
  unsupported: 'none',
  unauthenticated: 'none',
  'too-large': 'none',
  cancelled: 'none',
} as const satisfies Record<FailureKind, 'deployment' | 'key' | 'model' | 'none'>;

/** The kinds for which a key is left alone for a while. */
export type KeyFault = { [K in FailureKind]: (typeof FAULT)[K] extends 'key' ? K : never }[FailureKind];

export function isKeyFault(kind: FailureKind): kind is KeyFault {
  return FAULT[kind] === 'key';
}
