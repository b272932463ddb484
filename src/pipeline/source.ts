import { createHash } from 'node:crypto';
import type { Caller } from '../ir/caller.ts';
import type { Dialect } from '../ir/dialect.ts';
import type { InferenceEvent } from '../ir/event.ts';
import { GatewayError } from '../ir/failure.ts';
import { isJsonObject, type Json, type JsonObject, jsonText, parseJson } from '../ir/json.ts';
import type { Loss, Translated } from '../ir/loss.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { InferenceRequest, Message } from '../ir/request.ts';
import { failedPatches } from '../metering/tool-calls.ts';
import { holdsEnvelope } from '../protocols/envelope.ts';
import type { EgressCall, EgressCodec, Headers, IngressCodec, Protocol } from '../protocols/protocol.ts';
import { dialectFor } from '../providers/dialect.ts';
import type { Target } from '../providers/provider.ts';
import type { PreparedCall, ReplyDecoding } from '../upstream/call.ts';
import { lowerCased } from '../upstream/credentials.ts';
import { editedBody, withoutPrivate } from './edited-body.ts';
import { type Descriptions, seen } from './images/described.ts';
import { tellingLosses } from './lost-at-door.ts';
import { mended } from './mended.ts';
import { type Prompt, promptOfBytes, promptOfText } from './prompt.ts';
import { reshaped } from './reshaped.ts';
import { withSearches } from './search/search-history.ts';
import { withSearchTool } from './search/search-tool.ts';
import type { Thoughts } from './thoughts.ts';

/** The client's request, decoded no earlier than its target demands, and let go at the commit point.
 *  @property passesBytes  request and reply of this target go through as bytes.
 *  @property echo         what a reply repeats of the request: without the conversation, bare where it was never decoded.
 *  @property heard        the reply's events, for what the client may give back without them.
 *  @property prepare      `prompt`: what the provider may cache of it; to be asked before the request goes out.
 *  @property losses       of the target that was prepared last.
 *  @property describe     words for images, where a target takes none.
 *  @property searches     was it offered a search that the gateway answers? Then nothing is let go before the reply ends.
 *  @property goOn         appends to the conversation. */
export type Source = {
  readonly passesBytes: (target: Target) => boolean;
  readonly decode: () => void;
  readonly echo: () => InferenceRequest;
  readonly failedPatches: () => number;
  readonly prepare: (target: Target) => PreparedCall & { readonly prompt: () => Prompt };
  readonly heard: (events: readonly InferenceEvent[]) => void;
  readonly losses: () => readonly Loss[];
  readonly conversation: () => readonly Message[];
  readonly describe: (descriptions: Descriptions) => void;
  readonly searches: () => boolean;
  readonly goOn: (messages: readonly Message[]) => void;
  readonly release: () => void;
};

/** @property nativeHeaders  those of the client that a target which passes bytes gets.
 *  @property lastTarget     the deployment that this session spoke to before, as `deploymentKey` names it.
 *  @property answersSearches  a search service is configured. */
export type SourceOptions = {
  readonly ingress: IngressCodec;
  readonly protocols: (id: Protocol['id']) => Protocol;
  readonly query: RouteQuery;
  readonly nativeHeaders: Headers;
  readonly lastTarget: string | undefined;
  readonly caller: Caller;
  readonly thoughts: Thoughts;
  readonly answersSearches: boolean;
};

const AUTO = { type: 'auto' } as const;

/** Encrypted reasoning belongs to the organisation that made it, so a key counts as a part of the deployment. */
export function deploymentKey({ model, credential }: Target): string {
  return JSON.stringify([model.provider.id, credential?.id ?? '']);
}

export function openSource(bytes: Uint8Array, options: SourceOptions): Source {
  const { query, ingress } = options;
  let body: Uint8Array | undefined = bytes;
  let decoded: Translated<InferenceRequest> | undefined;
  let echo = bare(query);
  let patches = 0;
  let losses: readonly Loss[] = [];
  let searches = false;
  const later: Message[] = [];
  let descriptions: Descriptions | undefined;
  let listener: ((events: readonly InferenceEvent[]) => void) | undefined;

  function original(): Uint8Array {
    if (body === undefined) throw new RangeError('the request was let go at the commit point');
    return body;
  }

  /** Made anew for each target: between two of them the bytes are enough, and far smaller. */
  function decode(): Translated<InferenceRequest> {
    if (decoded !== undefined) return decoded;
    const bytes = original();
    const json = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
    if (!isJsonObject(json)) {
      throw new GatewayError({ kind: 'invalid-request', message: 'The request body is not a JSON object.' });
    }
    decoded = ingress.rewritesHistory === true ? remembered(ingress.decodeRequest(json)) : ingress.decodeRequest(json);
    echo = withoutConversation(decoded.value);
    patches = failedPatches(decoded.value.messages);
    return decoded;
  }

  function remembered({ value, losses: lost }: Translated<InferenceRequest>): Translated<InferenceRequest> {
    listener ??= options.thoughts.listen(options.caller.id, value.messages);
    return { value: { ...value, messages: options.thoughts.recall(options.caller.id, value.messages) }, losses: lost };
  }

  /** Native providers get bytes, except for histories that hold what another provider made. */
  function passesBytes(target: Target): boolean {
    const { provider } = target.model;
    return provider.native && provider.protocol === query.protocol && (query.stream || provider.streamOnly !== true);
  }

  function keepsBytes(target: Target): boolean {
    if (!passesBytes(target)) return false;
    if (options.lastTarget !== undefined && options.lastTarget !== deploymentKey(target)) return false;
    return !holdsEnvelope(original());
  }

  /** A request that was encoded anew may offer tools in another form than the client's, unless its provider knows all
   *  forms: then its reply must be translated back. */
  function formFor(target: Target, kept: boolean): ReplyDecoding['form'] {
    if (!passesBytes(target) || !(kept || target.model.provider.dialect.tools.native)) return 'translated';
    return query.stream ? 'stream-bytes' : 'whole-bytes';
  }

  function encode(target: Target, stream: boolean, translated: boolean): EgressCall {
    const { model, credential } = target;
    const { value: asked, losses: lost } = decode();
    decoded = undefined;
    const dialect = dialectFor(model);
    const searching = options.answersSearches ? withSearchTool(asked, dialect) : undefined;
    searches = searching !== undefined && translated;
    const { messages, losses: unseen } = seen(asked.messages, dialect, descriptions);
    const value = {
      ...(searching ?? asked),
      messages: [...withSearches(messages), ...later],
      // A choice that was forced is made: forced again, the model would never answer.
      ...(later.length === 0 || asked.toolChoice.type === 'none' ? {} : { toolChoice: AUTO }),
    };
    const cacheKey = value.cacheKey ?? derivedCacheKey(query.sessionId, dialect);
    const call = options.protocols(model.provider.protocol).egress.open(
      { ...value, stream, ...(cacheKey === undefined ? {} : { cacheKey }) },
      {
        provider: model.provider.id,
        model: model.upstreamId,
        ...(credential === null ? {} : { credentialId: credential.id }),
        dialect,
      },
    );
    const { memberPaths } = ingress;
    losses = [
      ...lost,
      ...unseen,
      ...call.losses.map((loss) => ({ ...loss, path: memberPaths?.[loss.path] ?? loss.path })),
    ];
    return translated ? reshaped(tellingLosses(mended(call, value, model), query.protocol), value, ingress) : call;
  }

  /** A unary reply that is to be translated is folded from a stream, whose silence can be told from its absence. */
  function prepare(target: Target): ReturnType<Source['prepare']> {
    const { model } = target;
    const { egress } = options.protocols(model.provider.protocol);
    const { errors } = dialectFor(model);
    const decodeError: EgressCodec['decodeError'] = (status, headers, body, now) =>
      egress.decodeError(status, headers, body, now, errors);
    searches = false;
    const kept = keepsBytes(target);
    const form = formFor(target, kept);
    const stream = form !== 'whole-bytes';
    const request = {
      path: egress.path(model.upstreamId, stream),
      headers: {
        accept: stream ? 'text/event-stream' : 'application/json',
        ...egress.headers,
        // What a person, or a preset, wrote wins over the protocol's own, and over both what a native client asks for.
        ...lowerCased(model.provider.headers),
        ...(passesBytes(target) ? options.nativeHeaders : {}),
      },
    };
    if (kept) {
      losses = [];
      const { decodeStream, decodeResponse } = egress.tap;
      // One JSON object in a stream's place is translated, while the request is still at hand.
      const whole = stream ? (body: Json) => encode(target, true, false).decodeResponse(body) : decodeResponse;
      return {
        request: { ...request, body: editedBody(original(), query, target, ingress.privateMembers) },
        reply: { form, decodeStream, decodeResponse: whole, decodeError },
        prompt: () => promptOfBytes(original(), egress.cachedMembers),
      };
    }
    const { body: encoded, headers, decodeStream, decodeResponse } = encode(target, stream, form === 'translated');
    const sent = withoutPrivate(encoded, model.provider, ingress.privateMembers);
    const text = jsonText(sent);
    return {
      request: { ...request, headers: { ...headers, ...request.headers }, body: text },
      reply: { form, decodeStream, decodeResponse, decodeError },
      prompt: promptLater(text, sent, egress.cachedMembers),
    };
  }

  return {
    passesBytes,
    decode: () => void decode(),
    echo: () => echo,
    failedPatches: () => patches,
    prepare,
    heard: (events) => listener?.(events),
    losses: () => losses,
    conversation: () => decode().value.messages,
    describe: (found) => {
      descriptions = found;
    },
    searches: () => searches,
    goOn: (messages) => void later.push(...messages),
    release: () => {
      if (searches) return;
      body = undefined;
      decoded = undefined;
      descriptions = undefined;
      echo = bare(query);
    },
  };
}

/** A frame of its own holds the body: what `prepare` returns beside this lives as long as the reply, and would hold it too. */
function promptLater(text: string, body: JsonObject, members: readonly string[]): () => Prompt {
  return () => promptOfText(text, body, members);
}

/** For clients that send no cache key but name their session: the same key for each of its requests, where the provider
 *  understands keys. A digest, since the name is the client's own affair. */
function derivedCacheKey(sessionId: string | undefined, dialect: Dialect): string | undefined {
  if (sessionId === undefined || (dialect.cacheKeyField ?? dialect.cacheKeyHeader) === undefined) return undefined;
  return createHash('sha256').update(sessionId).digest('hex').slice(0, 32);
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
