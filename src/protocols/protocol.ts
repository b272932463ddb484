import type { Caller } from '../ir/caller.ts';
import type { Dialect, ErrorRules } from '../ir/dialect.ts';
import type { InferenceEvent } from '../ir/event.ts';
import type { Failure } from '../ir/failure.ts';
import type { Json, JsonObject } from '../ir/json.ts';
import type { Loss, Translated } from '../ir/loss.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { InferenceRequest } from '../ir/request.ts';
import type { InferenceResponse } from '../ir/response.ts';
import type { SseFrame } from '../wire/sse.ts';
import type { Transducer } from '../wire/transducer.ts';

/** One API contract: the side that clients speak to, the side that providers answer on, or both. */
export type Protocol = {
  readonly id: ProtocolId;
  readonly ingress?: IngressCodec;
  readonly egress: EgressCodec;
  readonly defaults: DeploymentDefaults;
};

/** What a deployment of the protocol is taken to be where neither its preset nor the user says otherwise.
 *  @property dialect    @param native  a full implementation of the protocol.
 *  @property keyHeader  the header that carries the key; absent: `Authorization`, as bearer.
 *  @property modelList  where its models are listed, and how, if not at `/models` in the usual form. */
export type DeploymentDefaults = {
  readonly dialect: (native: boolean) => Dialect;
  readonly keyHeader?: string;
  readonly modelList?: ModelListForm;
};

/** Where a list of models stands, and what the members of a model tell. Members are dotted where nested, and a number is a
 *  place in a list: `context_length`, `meta.n_ctx`, `providers.0.context_length`.
 *  @property path             behind the base URL, or absolute from the host with `//`: `/models`, `//api/tags`.
 *  @property list             the member of the reply that holds the models. Absent: `data`, `models` or the reply itself.
 *  @property idField          the member that calls name. Absent: `id`, `name` or `model`.
 *  @property idPrefix         stands before an id in the list and not in a call: `models/`.
 *  @property contextField     tokens of its window. @property outputField  the most tokens that it answers with.
 *  @property servedField      a list of what it serves; a model is left out whose list lacks `servedAs`.
 *  @property modalitiesField  a list of what it takes, `image` among it, or whether it takes images. */
export type ModelListForm = {
  readonly path: string;
  readonly list?: string;
  readonly idField?: string;
  readonly idPrefix?: string;
  readonly contextField?: string;
  readonly outputField?: string;
  readonly modalitiesField?: string;
  readonly servedField?: string;
  readonly servedAs?: string;
  readonly price?: ListedPrice;
};

/** Members that tell a price, as a number or a text that is one.
 *  @property perMillion  makes USD per million tokens of them: 1,000,000 where they are USD per token. */
export type ListedPrice = {
  readonly input: string;
  readonly output: string;
  readonly cachedInput?: string;
  readonly perMillion: number;
};

/** Request headers, names in lower case. */
export type Headers = { readonly [name: string]: string | undefined };

/** The client's side. Pure: clock and ids come in through the context. */
export type IngressCodec = {
  /** What routing needs, from the headers and the body's top level, without decoding the rest.
   *  @throws GatewayError invalid-request when the body is no JSON object or names no model. */
  readonly outline: (body: Uint8Array, headers: Headers) => RouteQuery;
  /** @throws GatewayError invalid-request or unsupported, naming the member. */
  readonly decodeRequest: (body: Json) => Translated<InferenceRequest>;
  readonly encodeStream: (context: ReplyContext) => Transducer<InferenceEvent, SseFrame>;
  readonly encodeResponse: (response: InferenceResponse, context: ReplyContext) => JsonObject;
  /** What the client gets in place of the model's own reply, where its request asks for something else. */
  readonly reshape?: (request: InferenceRequest) => (() => Transducer<InferenceEvent, InferenceEvent>) | undefined;
  /** How clients see a search that the gateway made for the model. Absent: they do not. */
  readonly showSearch?: (search: ShownSearch) => readonly InferenceEvent[];
  /** A failure before the head, as this protocol's clients understand it. */
  readonly encodeError: (
    failure: Failure,
    caller: Caller,
    requestId: string,
  ) => { readonly status: number; readonly headers: Headers; readonly body: JsonObject };
  /** An event or a comment that clients skip and that resets their idle timer, as the stream's own text. */
  readonly keepAlive: string;
  /** Headers by which clients ask for more of this protocol. A native provider of it gets them, but from Codex. */
  readonly nativeHeaders: readonly string[];
  /** Where the members that losses name stand in this protocol's body: losses name them as the Responses API does. */
  readonly memberPaths?: { readonly [path: string]: string };
  /** Clients may give back less than they were given: no thinking, and arguments written anew. */
  readonly rewritesHistory?: true;
  /** Clients see which phase of the reply a text belongs to. */
  readonly showsPhases?: true;
  /** How clients ask what their input counts, where they can. */
  readonly count?: InputCount;
  /** Members of a body that tell of the person who calls, or of the machine: for the maker's own services alone. */
  readonly privateMembers: readonly string[];
};

/** @property id  unlike that of any other search of the session. @property sources  the pages found, best first. */
export type ShownSearch = {
  readonly id: string;
  readonly query: string;
  readonly sources: readonly { readonly title: string; readonly url: string }[];
};

/** @property decodeRequest  of a body that is only counted. @throws GatewayError as the other one does.
 *  @property encode         the answer. */
export type InputCount = {
  readonly decodeRequest: (body: Json) => Translated<InferenceRequest>;
  readonly encode: (tokens: number) => JsonObject;
};

/** @property echo       the caller's request, for protocols whose replies repeat it.
 *  @property responseId unique, without prefix; item ids are derived from it.
 *  @property createdAt  seconds since the epoch.
 *  @property completedAt  the time when it is asked, in seconds since the epoch; left out: as `createdAt`.
 *  @property kept       replies are kept, so that later requests may go on from them; `previousId` is the one that this
 *                       request went on from. */
export type ReplyContext = {
  readonly echo: InferenceRequest;
  readonly caller: Caller;
  readonly responseId: string;
  readonly createdAt: number;
  readonly completedAt?: () => number;
  readonly kept?: { readonly previousId: string | undefined };
};

/** The provider's side. */
export type EgressCodec = {
  readonly open: (request: InferenceRequest, target: EgressTarget) => EgressCall;
  /** Metering beside a reply that goes through as bytes: the same decoders, with no table of tool names. */
  readonly tap: ReplyDecoder;
  /** How a provider is asked what an input counts: where, and the number in its answer. */
  readonly count?: {
    readonly path: (model: string) => string;
    readonly decode: (body: JsonObject) => number | undefined;
  };
  /** Path behind the base URL, with its leading slash: `/chat/completions`. */
  readonly path: (model: string, stream: boolean) => string;
  /** Headers that the contract demands of every call: `anthropic-version`. */
  readonly headers: Headers;
  /** Members of the body that providers cache, in the order in which they read them; the last holds the conversation. */
  readonly cachedMembers: readonly string[];
  /** A reply whose status is not 2xx. @param body its text, at most 64 KiB of it. @param now  ms since the epoch, for
   *  Retry-After dates. @param rules  what the provider's preset says of its errors. */
  readonly decodeError: (status: number, headers: Headers, body: string, now: number, rules?: ErrorRules) => Failure;
};

export type EgressTarget = {
  readonly provider: string;
  readonly model: string;
  readonly credentialId?: string;
  readonly dialect: Dialect;
};

export type ReplyDecoder = {
  readonly decodeStream: () => Transducer<Uint8Array, InferenceEvent>;
  /** A unary reply, as the events of a stream that arrived at once. */
  readonly decodeResponse: (body: Json) => readonly InferenceEvent[];
};

/** One closure for both directions, so that they share the table of tool names. */
export type EgressCall = ReplyDecoder & {
  readonly body: JsonObject;
  readonly headers?: Headers;
  readonly losses: readonly Loss[];
};
