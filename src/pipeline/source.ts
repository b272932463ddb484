import type { InferenceEvent } from '../ir/event.ts';
import type { Json, JsonObject } from '../ir/json.ts';
import { jsonText } from '../ir/json.ts';
import type { Loss } from '../ir/loss.ts';
import type { InferenceRequest, Message } from '../ir/request.ts';
import { holdsEnvelope } from '../protocols/envelope.ts';
import type { EgressCall, EgressCodec, Headers, IngressCodec, Protocol } from '../protocols/protocol.ts';
import { dialectFor } from '../providers/dialect.ts';
import type { Target } from '../providers/provider.ts';
import type { PreparedCall, ReplyDecoding } from '../upstream/call.ts';
import { lowerCased } from '../upstream/credentials.ts';
import { type ClientBodyOptions, openClientBody } from './client-body.ts';
import { editedBody, withoutPrivate } from './edited-body.ts';
import { fittedRequest } from './fitted-request.ts';
import type { Descriptions } from './images/described.ts';
import { tellingLosses } from './lost-at-door.ts';
import { mended } from './mended.ts';
import { type Prompt, promptOfBytes, promptOfText } from './prompt.ts';
import { reshaped } from './reshaped.ts';
import type { SessionShortener } from './tool-results/session-shortener.ts';

/** The client's request, prepared for one target after the other, and let go at the commit point.
 *  @property passesBytes  request and reply of this target go through as bytes.
 *  @property echo, failedPatches, heard  as the client's body has them.
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
  readonly conversation: () => Conversation;
  readonly describe: (descriptions: Descriptions) => void;
  readonly searches: () => boolean;
  readonly goOn: (messages: readonly Message[]) => void;
  readonly release: () => void;
};

/** @property condenses  its last message asks for a summary of all before. */
export type Conversation = { readonly messages: readonly Message[]; readonly condenses: boolean };

/** @property nativeHeaders  those of the client that a target which passes bytes gets.
 *  @property lastTarget     the deployment that this session spoke to before, as `deploymentKey` names it.
 *  @property answersSearches  a search service is configured.
 *  @property shortens  outputs of tools, where that is switched on.
 *  @property outputLimit  tokens that the reply may have at most, whatever the body allows. */
export type SourceOptions = ClientBodyOptions & {
  readonly outputLimit: number | undefined;
  readonly protocols: (id: Protocol['id']) => Protocol;
  readonly nativeHeaders: Headers;
  readonly lastTarget: string | undefined;
  readonly answersSearches: boolean;
  readonly shortens: ReturnType<SessionShortener> | undefined;
};

/** Encrypted reasoning belongs to the organisation that made it, so a key counts as a part of the deployment. */
export function deploymentKey({ model, credential }: Target): string {
  return JSON.stringify([model.provider.id, credential?.id ?? '']);
}

/** @property searches  a search that the gateway answers is offered. */
type Encoded = { readonly call: EgressCall; readonly losses: readonly Loss[]; readonly searches: boolean };

export function openSource(bytes: Uint8Array, options: SourceOptions): Source {
  const { query, ingress, outputLimit } = options;
  const client = openClientBody(bytes, options);
  let losses: readonly Loss[] = [];
  let searches = false;
  const later: Message[] = [];
  let descriptions: Descriptions | undefined;

  /** Native providers get bytes, except for histories that hold what another provider made. */
  function passesBytes(target: Target): boolean {
    const { provider } = target.model;
    return provider.native && provider.protocol === query.protocol && (query.stream || provider.streamOnly !== true);
  }

  function keepsBytes(target: Target): boolean {
    if (!passesBytes(target) || outputLimit !== undefined) return false;
    if (options.lastTarget !== undefined && options.lastTarget !== deploymentKey(target)) return false;
    return !holdsEnvelope(client.bytes());
  }

  /** A request that was encoded anew may offer tools in another form than the client's, unless its provider knows all
   *  forms: then its reply must be translated back. */
  function formFor(target: Target, kept: boolean): ReplyDecoding['form'] {
    if (!passesBytes(target) || !(kept || target.model.provider.dialect.tools.native)) return 'translated';
    return query.stream ? 'stream-bytes' : 'whole-bytes';
  }

  /** @param translated  its reply will be: what the gateway does for a model then shows in the request, too. */
  function encode({ model, credential }: Target, stream: boolean, translated: boolean): Encoded {
    const { value: asked, losses: lost } = client.take();
    const dialect = dialectFor(model);
    const answersSearches = options.answersSearches && translated;
    // What may pass as bytes in another turn is left as it is in this one, too: the provider's cache lives by it.
    const shortens = translated ? options.shortens : undefined;
    const fitted = fittedRequest(asked, dialect, {
      query,
      later,
      descriptions,
      answersSearches,
      shortens,
      outputLimit,
    });
    const request = { ...fitted.request, stream };
    const call = options.protocols(model.provider.protocol).egress.open(request, {
      provider: model.provider.id,
      model: model.upstreamId,
      ...(credential === null ? {} : { credentialId: credential.id }),
      dialect,
    });
    const told = inDoorsWords(call.losses, ingress);
    return {
      call: translated
        ? reshaped(tellingLosses(mended(call, request, model), { id: query.protocol, ingress }), request, ingress)
        : call,
      losses: [...lost, ...fitted.losses, ...told],
      searches: fitted.searches,
    };
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
      const whole = stream ? (body: Json) => encode(target, true, false).call.decodeResponse(body) : decodeResponse;
      return {
        request: { ...request, body: editedBody(client.bytes(), query, target, ingress.privateMembers) },
        reply: { form, decodeStream, decodeResponse: whole, decodeError },
        prompt: () => promptOfBytes(client.bytes(), egress.cachedMembers),
      };
    }
    const made = encode(target, stream, form === 'translated');
    losses = made.losses;
    searches = made.searches;
    const { body: encoded, headers, decodeStream, decodeResponse } = made.call;
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
    decode: () => void client.decode(),
    echo: client.echo,
    failedPatches: client.failedPatches,
    prepare,
    heard: client.heard,
    losses: () => losses,
    conversation: () => {
      const { messages, compacts } = client.decode().value;
      return { messages, condenses: compacts === true };
    },
    describe: (found) => {
      descriptions = found;
    },
    searches: () => searches,
    goOn: (messages) => void later.push(...messages),
    release: () => {
      if (searches) return;
      client.release();
      descriptions = undefined;
    },
  };
}

/** Losses name members as the Responses API does; the client knows them by its own names. */
function inDoorsWords(losses: readonly Loss[], { memberPaths = {} }: IngressCodec): readonly Loss[] {
  return losses.map((loss) => {
    const path = Object.hasOwn(memberPaths, loss.path) ? memberPaths[loss.path] : undefined;
    return path === undefined ? loss : { ...loss, path };
  });
}

/** A frame of its own holds the body: what `prepare` returns beside this lives as long as the reply, and would hold it too. */
function promptLater(text: string, body: JsonObject, members: readonly string[]): () => Prompt {
  return () => promptOfText(text, body, members);
}
