import type { Caller } from '../ir/caller.ts';
import type { InferenceEvent } from '../ir/event.ts';
import { GatewayError } from '../ir/failure.ts';
import { isJsonObject, parseJson } from '../ir/json.ts';
import type { Translated } from '../ir/loss.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { InferenceRequest } from '../ir/request.ts';
import { failedPatches } from '../metering/tool-calls.ts';
import type { IngressCodec } from '../protocols/protocol.ts';
import type { Thoughts } from './thoughts.ts';

/** What a client sent, decoded no earlier than somebody asks, and let go at the commit point.
 *  @property bytes    as they came.
 *  @property decode   the request, kept until it is taken. @property take  the same, and forgets it: between two targets
 *                     the bytes are enough, and far smaller.
 *  @property echo     what a reply repeats of the request: without the conversation, bare where it was never decoded.
 *  @property failedPatches  that the history reports since the model last spoke; 0 where it was never decoded.
 *  @property heard    the reply's events, for what the client may give back without them. */
export type ClientBody = {
  readonly bytes: () => Uint8Array;
  readonly decode: () => Translated<InferenceRequest>;
  readonly take: () => Translated<InferenceRequest>;
  readonly echo: () => InferenceRequest;
  readonly failedPatches: () => number;
  readonly heard: (events: readonly InferenceEvent[]) => void;
  readonly release: () => void;
};

export type ClientBodyOptions = {
  readonly ingress: IngressCodec;
  readonly query: RouteQuery;
  readonly caller: Caller;
  readonly thoughts: Thoughts;
};

export function openClientBody(given: Uint8Array, options: ClientBodyOptions): ClientBody {
  const { query, ingress, caller, thoughts } = options;
  let body: Uint8Array | undefined = given;
  let decoded: Translated<InferenceRequest> | undefined;
  let echo = bare(query);
  let patches = 0;
  let listener: ((events: readonly InferenceEvent[]) => void) | undefined;

  function bytes(): Uint8Array {
    if (body === undefined) throw new RangeError('the request was let go at the commit point');
    return body;
  }

  function decode(): Translated<InferenceRequest> {
    if (decoded !== undefined) return decoded;
    const { buffer, byteOffset, byteLength } = bytes();
    const json = parseJson(Buffer.from(buffer, byteOffset, byteLength).toString('utf8'));
    if (!isJsonObject(json)) {
      throw new GatewayError({ kind: 'invalid-request', message: 'The request body is not a JSON object.' });
    }
    decoded = ingress.rewritesHistory === true ? remembered(ingress.decodeRequest(json)) : ingress.decodeRequest(json);
    echo = withoutConversation(decoded.value);
    patches = failedPatches(decoded.value.messages);
    return decoded;
  }

  function remembered({ value, losses }: Translated<InferenceRequest>): Translated<InferenceRequest> {
    listener ??= thoughts.listen(caller.id, value.messages);
    return { value: { ...value, messages: thoughts.recall(caller.id, value.messages) }, losses };
  }

  return {
    bytes,
    decode,
    take: () => {
      const taken = decode();
      decoded = undefined;
      return taken;
    },
    echo: () => echo,
    failedPatches: () => patches,
    heard: (events) => listener?.(events),
    release: () => {
      body = undefined;
      decoded = undefined;
      echo = bare(query);
    },
  };
}

function bare(query: RouteQuery): InferenceRequest {
  return {
    model: query.model,
    messages: [],
    tools: [],
    toolChoice: { type: 'auto' },
    sampling: {},
    reasoning: {},
    outputFormat: { type: 'text' },
    stream: query.stream,
    extensions: {},
  };
}

/** A first system message stays: the Responses API repeats it as `instructions`. */
function withoutConversation(request: InferenceRequest): InferenceRequest {
  return { ...request, messages: request.messages.slice(0, 1).filter((message) => message.role === 'system') };
}
