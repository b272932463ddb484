import { estimateTokens } from '../context/estimate.ts';
import { append } from '../ir/append.ts';
import type { Attempt } from '../ir/attempt.ts';
import type { InferenceEvent } from '../ir/event.ts';
import { jsonText } from '../ir/json.ts';
import { isNonEmpty } from '../ir/non-empty.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { InferenceRequest, Message } from '../ir/request.ts';
import { foldEvents } from '../ir/response.ts';
import type { Usage } from '../ir/usage.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { dialectFor } from '../providers/dialect.ts';
import type { Model, Target } from '../providers/provider.ts';
import type { Planned } from '../routing/plan.ts';
import type { PreparedCall } from '../upstream/call.ts';
import { dispatch } from '../upstream/dispatch.ts';
import type { Traffic } from '../upstream/traffic.ts';
import type { Transport } from '../upstream/upstream.ts';
import type { RecordParts, Spent } from './record.ts';
import { textOf } from './spending.ts';

/** The way to a model for a question of the gateway's own. */
export type AskParts = {
  readonly protocols: (id: ProtocolId) => Protocol;
  readonly plan: (query: RouteQuery) => Planned;
  readonly transport: Transport;
  readonly traffic: Traffic;
  readonly price: RecordParts['price'];
  readonly now: () => number;
};

/** @property model        a slug or a route's.
 *  @property kind         what the call is for, so that a queue tells calls apart.
 *  @property inputTokens  at a guess.
 *  @property sessionId    for whose sake it is asked: the limits of that session hold for it too.
 *  @property takes        can this target answer at all?
 *  @property spent        hears what each call used; at a guess, where its provider told nothing of it. */
export type Question = {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly kind: string;
  readonly inputTokens: number;
  readonly sessionId?: string | undefined;
  readonly takes?: (target: Target) => boolean;
  readonly signal: AbortSignal;
  readonly spent: Spent;
};

export type Answer = { readonly text: string; readonly by: Model };

/** Asks a model one question, by the same plans, fences and limits as a client's own call.
 *  @returns undefined where none answers with a text.
 *  @throws GatewayError where a provider refuses in a way that is no failure of the call. */
export async function askModel(parts: AskParts, question: Question): Promise<Answer | undefined> {
  const { protocols, plan, transport, traffic, price, now } = parts;
  const { model, kind, inputTokens, sessionId, takes = () => true, signal, spent } = question;
  const bodyBytes = inputTokens * 4;
  const planned = plan({
    protocol: 'openai-chat',
    model,
    stream: true,
    background: false,
    bodyBytes,
    inputTokens,
    ...(sessionId === undefined ? {} : { sessionId }),
  });
  if (!planned.ok) return undefined;
  const targets = planned.plan.targets.filter(takes);
  if (!isNonEmpty(targets)) return undefined;
  const request = requestOf(question);
  const events: InferenceEvent[] = [];
  let asked: Target | undefined;
  let served: Target | undefined;
  /** Also of a reply that broke, or that nobody waited for any longer: it was paid for. */
  const settle = ({ usage }: Attempt): void => {
    if (asked === undefined) return;
    if (usage !== undefined) spent(asked.model, usage, 'told');
    else if (asked === served || signal.aborted) spent(asked.model, guessed(inputTokens, events), 'guessed');
  };
  await dispatch(
    transport,
    {
      targets,
      prepare: (target) => {
        asked = target;
        return prepared(protocols(target.model.provider.protocol), target, request);
      },
      clientHeaders: {},
      signal,
      kind,
      traffic,
      inputTokens,
      price: (priced, usage) => price(priced, usage, now())?.costNanoUsd,
      now,
      observe: settle,
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
  const folded = foldEvents(events);
  if (!folded.ok) return undefined;
  const text = folded.response.parts
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join('\n')
    .trim();
  return text === '' ? undefined : { text, by: served.model };
}

/** What a provider counts that has not said it: the whole prompt, and what came of the reply. */
function guessed(inputTokens: number, events: readonly InferenceEvent[]): Usage {
  const output = estimateTokens(events.map(textOf).join(''));
  return { freshInput: inputTokens, cacheRead: 0, cacheWrite: 0, output, reasoning: 0 };
}

function requestOf({ model, messages }: Question): InferenceRequest {
  return {
    model,
    messages,
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
