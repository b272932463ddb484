import type { ProtocolId } from '../ir/protocol-id.ts';
import { egress as messagesEgress } from './anthropic-messages/egress.ts';
import { egress as chatEgress } from './openai-chat/egress.ts';
import { egress as responsesEgress } from './openai-responses/egress.ts';
import { ingress as responsesIngress } from './openai-responses/ingress.ts';
import type { Protocol } from './protocol.ts';

/** Every API contract that the gateway speaks; a new one adds its line here. */
const PROTOCOLS: Readonly<Record<ProtocolId, Protocol>> = {
  'openai-responses': { id: 'openai-responses', ingress: responsesIngress, egress: responsesEgress },
  'openai-chat': { id: 'openai-chat', egress: chatEgress },
  'anthropic-messages': { id: 'anthropic-messages', egress: messagesEgress },
};

export function protocolById(id: ProtocolId): Protocol {
  return PROTOCOLS[id];
}
