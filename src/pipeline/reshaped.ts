import type { InferenceRequest } from '../ir/request.ts';
import type { EgressCall, IngressCodec } from '../protocols/protocol.ts';
import { compose } from '../wire/transducer.ts';

/** A call whose translated reply becomes what the client's protocol has for such a request. */
export function reshaped(call: EgressCall, request: InferenceRequest, ingress: IngressCodec): EgressCall {
  const shape = ingress.reshape?.(request);
  if (shape === undefined) return call;
  const { decodeStream, decodeResponse } = call;
  return {
    ...call,
    decodeStream: () => compose(decodeStream(), shape()),
    decodeResponse: (body) => {
      const { push, end } = shape();
      return [...decodeResponse(body).flatMap(push), ...end()];
    },
  };
}
