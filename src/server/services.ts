import type { Caller } from '../ir/caller.ts';
import type { Failure } from '../ir/failure.ts';
import type { JsonObject } from '../ir/json.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import type { ClientReply, ClientRequest } from '../pipeline/client.ts';
import type { KeptReplies } from '../protocols/openai-responses/kept/kept-replies.ts';
import type { Headers } from '../protocols/protocol.ts';
import type { Explained } from '../routing/explain.ts';

/** What main gives to the server. Functions, so that a reload of the configuration takes effect at once. */
export type Services = {
  readonly settings: () => RequestSettings;
  /** The tokens that are valid now. */
  readonly tokens: () => readonly string[];
  readonly serve: (request: ClientRequest, reply: ClientReply) => Promise<void>;
  /** Says what a request's input counts. */
  readonly count: (request: ClientRequest, reply: ClientReply) => Promise<void>;
  /** Condenses a conversation for a client of the Responses API. */
  readonly compact: (request: ClientRequest, reply: ClientReply) => Promise<void>;
  /** The conversations that clients of the Responses API may go on with. */
  readonly kept: KeptReplies;
  /** Can clients of this protocol be served? */
  readonly speaks: (protocol: ProtocolId) => boolean;
  /** A failure of the server itself, as clients of this protocol understand it; undefined where none are served. */
  readonly encodeError: (
    protocol: ProtocolId,
    failure: Failure,
    caller: Caller,
    requestId: string,
  ) => EncodedError | undefined;
  /** The body of `GET /v1/models`, already as text. @param clientVersion  of a Codex, as it says when it asks. */
  readonly catalog: (clientVersion: string | undefined) => Promise<{ readonly body: string; readonly etag: string }>;
  readonly readiness: () => Readiness;
  readonly status: () => JsonObject;
  /** Which model a first prompt would get, and why. @param model  a slug; left out: the default.
   *  @param policy  the header that narrows the policy. */
  readonly explain: (prompt: string, model: string | undefined, policy: string | undefined) => Promise<Explained>;
  readonly dispatch: DispatchServices;
  /** Drains and ends the gateway: for systems whose signals a process cannot answer. */
  readonly stop: () => void;
  readonly newId: () => string;
  readonly now: () => number;
  /** A bug of ours: told with its stack, and never with a body. */
  readonly report: (error: unknown, requestId: string) => void;
};

/** @property reset  forgets what was learned of one deployment, `provider/model`, or of all. @returns of how many. */
export type DispatchServices = {
  readonly metrics: () => JsonObject;
  readonly state: () => JsonObject;
  readonly reset: (deployment: string | undefined) => number;
};

export type EncodedError = { readonly status: number; readonly headers: Headers; readonly body: JsonObject };

export type RequestSettings = {
  readonly allowedHosts: readonly string[];
  readonly tagHeaders: readonly string[];
  readonly bodyLimitBytes: number;
  /** Sockets are served. */
  readonly websocket: boolean;
};

/** @property problems  why it is not ready, as sentences. */
export type Readiness = { readonly ready: boolean; readonly problems: readonly string[] };
