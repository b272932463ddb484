import type { InferenceRequest } from '../ir/request.ts';
import type { EgressCall, IngressCodec } from '../protocols/protocol.ts';
import { endedThrough, withSteps } from '../wire/transducer.ts';

/** A call whose translated reply becomes what the client's protocol has for such a request. */
export function reshaped(call: EgressCall, request: InferenceRequest, ingress: IngressCodec): EgressCall {
  const shape = ingress.reshape?.(request);
  if (shape === undefined) return call;
  const { decodeStream, decodeResponse } = call;
  return {
    ...call,
    decodeStream: () => withSteps(decodeStream(), [shape()]),
    decodeResponse: (body) => endedThrough(decodeResponse(body), [shape()]),
  };
}
