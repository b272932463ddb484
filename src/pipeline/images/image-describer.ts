import { append } from '../../ir/append.ts';
import type { InferenceEvent } from '../../ir/event.ts';
import { GatewayError } from '../../ir/failure.ts';
import { jsonText } from '../../ir/json.ts';
import { isNonEmpty } from '../../ir/non-empty.ts';
import type { ProtocolId } from '../../ir/protocol-id.ts';
import type { RouteQuery } from '../../ir/query.ts';
import type { ImagePart, InferenceRequest } from '../../ir/request.ts';
import { foldEvents } from '../../ir/response.ts';
import type { Usage } from '../../ir/usage.ts';
import type { Protocol } from '../../protocols/protocol.ts';
import { dialectFor } from '../../providers/dialect.ts';
import type { Model, Target } from '../../providers/provider.ts';
import type { Planned } from '../../routing/plan.ts';
import type { PreparedCall } from '../../upstream/call.ts';
import { dispatch } from '../../upstream/dispatch.ts';
import type { Traffic } from '../../upstream/traffic.ts';
import type { Transport } from '../../upstream/upstream.ts';
import type { RecordParts } from '../record.ts';
import { type Description, imageKey } from './described.ts';

/** @property model  a slug or a route's. @property prompt  what that model is asked. */
export type DescriptionSettings = { readonly model: string; readonly prompt: string };

export type DescriberParts = {
  readonly protocols: (id: ProtocolId) => Protocol;
  readonly plan: (query: RouteQuery) => Planned;
  readonly transport: Transport;
  readonly traffic: Traffic;
  readonly price: RecordParts['price'];
  readonly now: () => number;
};

/** Who asks for a description. @property spent  hears what it used. */
export type DescriptionCaller = {
  readonly signal: AbortSignal;
  readonly spent: (model: Model, usage: Usage) => void;
};

export type DescribeImage = (
  image: ImagePart,
  settings: DescriptionSettings,
  caller: DescriptionCaller,
) => Promise<Description | undefined>;

/** Descriptions that are remembered, in the order of use, and the length of one, in characters. */
const MAX_REMEMBERED = 500;
const MAX_TEXT = 8_000;
const TIME_LIMIT_MS = 60_000;
/** What a picture and the question about it count, at a guess. */
const IMAGE_TOKENS = 1_500;

/** @property asker  aborts when the client leaves on whose request the model is asked. */
type Asked = { readonly description: Promise<Description | undefined>; readonly asker: AbortSignal };

/** Asks a model that sees to describe images for those that do not, each image once: the same words stand in every later
 *  turn, so that prompt caches hold. In memory alone. What cannot be described is undefined. */
export function imageDescriber(parts: DescriberParts): DescribeImage {
  const remembered = new Map<string, Asked>();

  function remember(key: string, asked: Asked): void {
    remembered.delete(key);
    remembered.set(key, asked);
    const [oldest] = remembered.keys();
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  }

  return async function ask(image, settings, caller): Promise<Description | undefined> {
    const key = JSON.stringify([settings.model, settings.prompt, imageKey(image)]);
    const asked = remembered.get(key) ?? {
      description: describe(parts, image, settings, caller),
      asker: caller.signal,
    };
    remember(key, asked);
    let description: Description | undefined;
    try {
      description = await asked.description;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
    } finally {
      // What failed is tried again the next time.
      if (description === undefined && remembered.get(key) === asked) remembered.delete(key);
    }
    // It was asked for another client, who has left: whoever is still there asks anew.
    if (description === undefined && asked.asker.aborted && !caller.signal.aborted) return ask(image, settings, caller);
    return description;
  };
}

async function describe(
  { protocols, plan, transport, traffic, price, now }: DescriberParts,
  image: ImagePart,
  { model, prompt }: DescriptionSettings,
  { signal, spent }: DescriptionCaller,
): Promise<Description | undefined> {
  const planned = plan({
    protocol: 'openai-chat',
    model,
    stream: true,
    background: false,
    bodyBytes: image.url.length,
  });
  if (!planned.ok) return undefined;
  // A model that takes no images would describe what it was never shown.
  const targets = planned.plan.targets.filter((target) => dialectFor(target.model).images.input);
  if (!isNonEmpty(targets)) return undefined;
  const events: InferenceEvent[] = [];
  let served: Target | undefined;
  await dispatch(
    transport,
    {
      targets,
      prepare: (target) => prepared(protocols(target.model.provider.protocol), target, question(model, prompt, image)),
      clientHeaders: {},
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]),
      kind: `describes images: ${model}`,
      traffic,
      inputTokens: IMAGE_TOKENS,
      price: (priced, usage) => price(priced, usage, now())?.costNanoUsd,
      now,
      observe: () => {},
    },
    {
      commit: (target) => {
        served = target;
      },
      chunk: (_, more) => {
        append(events, more);
        return true;
      },
      end: () => {},
    },
  );
  if (served === undefined) return undefined;
  // Also of a reply that broke: it was paid for.
  const counted = events.findLast((event) => event.type === 'usage');
  if (counted !== undefined) spent(served.model, counted.usage);
  const folded = foldEvents(events);
  if (!folded.ok) return undefined;
  const text = folded.response.parts
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join('\n')
    .trim();
  return text === '' ? undefined : { text: text.slice(0, MAX_TEXT).toWellFormed(), by: served.model.slug };
}

function question(model: string, prompt: string, image: ImagePart): InferenceRequest {
  return {
    model,
    messages: [{ role: 'user', parts: [{ type: 'text', text: prompt }, image] }],
    tools: [],
    toolChoice: { type: 'auto' },
    sampling: {},
    reasoning: {},
    outputFormat: { type: 'text' },
    stream: true,
    extensions: {},
  };
}

function prepared({ egress }: Protocol, { model, credential }: Target, request: InferenceRequest): PreparedCall {
  const dialect = dialectFor(model);
  const call = egress.open(request, {
    provider: model.provider.id,
    model: model.upstreamId,
    ...(credential === null ? {} : { credentialId: credential.id }),
    dialect,
  });
  return {
    request: {
      path: egress.path(model.upstreamId, true),
      headers: { ...call.headers, accept: 'text/event-stream', ...egress.headers },
      body: jsonText(call.body),
    },
    reply: {
      form: 'translated',
      decodeStream: call.decodeStream,
      decodeResponse: call.decodeResponse,
      decodeError: (status, headers, body, now) => egress.decodeError(status, headers, body, now, dialect.errors),
    },
  };
}
