import { GatewayError } from '../ir/failure.ts';
import { isJsonObject, type Json, memberAt, parseJson } from '../ir/json.ts';
import type { Model } from '../providers/provider.ts';
import { type ProxySettings, proxyFor } from './proxy.ts';
import type { AddressGuard, Transport, TransportLayer, UpstreamCall } from './upstream.ts';

type Refusal = { readonly message: string; readonly mend: string };

/** What may leave, in the form in which the policy gives it. */
export type CallFence = {
  readonly open: boolean;
  readonly refuses: (model: Model, proxy?: string) => Refusal | undefined;
  readonly guard?: AddressGuard;
  readonly mustRunHere: boolean;
  readonly forwarded: (model: Model, to: string) => Refusal;
};

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** How long a server's word on a model holds, in ms. */
const WORD_HOLDS_MS = 60_000;

/** The wall in front of the wire: whoever planned a call, and whatever for, it does not pass where the fence refuses it.
 *  @param fence    of the configuration in force. @param now  ms since the epoch.
 *  @throws GatewayError policy */
export function withFence(fence: () => CallFence, proxies: ProxySettings, now: () => number): TransportLayer {
  return (next) => {
    const askIfForwarded = forwardingAsker(next, now);
    return async (call) => {
      const current = fence();
      if (current.open) return next(call);
      const { model } = call.target;
      const proxy = proxyFor(new URL(model.provider.baseUrl), model.provider.proxy, proxies);
      const refusal = current.refuses(model, proxy);
      if (refusal !== undefined) throw refused(refusal);
      const guarded = current.guard === undefined ? call : { ...call, guard: current.guard };
      if (current.mustRunHere) {
        const to = await askIfForwarded(guarded);
        if (to !== undefined) throw refused(current.forwarded(model, to));
      }
      return next(guarded);
    };
  };
}

function refused(refusal: Refusal): GatewayError {
  return new GatewayError({ kind: 'policy', ...refusal });
}

/** Asks a server that may forward models where it would send a call to. A name says little: a copy of a forwarded model
 *  can be called anything.
 *  @returns undefined where the server runs the model itself, or is no server of that kind. */
function forwardingAsker(next: Transport, now: () => number): (call: UpstreamCall) => Promise<string | undefined> {
  const told = new Map<string, number>();
  return async (call) => {
    const { model } = call.target;
    const question = model.provider.forwarding;
    if (question === undefined || model.upstreamId === '') return undefined;
    const key = JSON.stringify([model.provider.baseUrl, model.upstreamId]);
    const at = now();
    if ((told.get(key) ?? Number.NEGATIVE_INFINITY) > at - WORD_HOLDS_MS) return undefined;
    const reply = await next({
      ...call,
      method: 'POST',
      path: question.path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ [question.member]: model.upstreamId }),
    });
    const answer = parseJson(await reply.text(MAX_ANSWER_BYTES));
    if (reply.status === 404) throw missing(model);
    if (reply.status !== 200 || !isJsonObject(answer)) return 'a place that it does not tell';
    const to = memberAt(answer, question.field);
    if (isPlace(to)) return to;
    if (told.size > 1_000) told.clear();
    told.set(key, at);
    return undefined;
  };
}

function isPlace(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

function missing({ provider, upstreamId }: Model): GatewayError {
  return new GatewayError({ kind: 'model-not-found', message: `${provider.name} has no model ${upstreamId}.` });
}
