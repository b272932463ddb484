import type { Headers, ReplyContext } from '../protocols/protocol.ts';
import type { Target } from '../providers/provider.ts';
import type { RoutePlan } from '../routing/plan.ts';
import type { ClientRequest } from './client.ts';
import type { Source } from './source.ts';

/** What every reply tells of itself.
 *  @param target    who served, or was tried last; while nobody was, the plan's first.
 *  @param attempts  how many were tried; left out while nobody was. */
export function replyHeaders(requestId: string, plan?: RoutePlan, target?: Target, attempts?: number): Headers {
  if (plan === undefined) return { 'x-request-id': requestId };
  const { model } = target ?? plan.targets[0];
  return {
    'x-request-id': requestId,
    'x-plugboard-route': headerText(plan.route),
    'x-plugboard-model': headerText(model.slug),
    'x-plugboard-provider': headerText(model.provider.id),
    ...(attempts === undefined ? {} : { 'x-plugboard-attempts': String(attempts) }),
  };
}

export function replyContext(request: ClientRequest, source: Source, now: () => number): () => ReplyContext {
  return () => {
    return {
      echo: source.echo(),
      caller: request.caller,
      responseId: request.id.replaceAll('-', ''),
      createdAt: Math.floor(request.receivedAt / 1_000),
      completedAt: () => Math.floor(now() / 1_000),
      ...(request.previousReply === undefined ? {} : { kept: { previousId: request.previousReply() } }),
    };
  };
}

/** Slugs come from files and clients; a header takes visible ASCII alone. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
