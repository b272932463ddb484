import type { ProtocolId } from '../ir/protocol-id.ts';
import { defaults as messagesDefaults } from './anthropic-messages/defaults.ts';
import { egress as messagesEgress } from './anthropic-messages/egress.ts';
import { ingress as messagesIngress } from './anthropic-messages/ingress.ts';
import { defaults as geminiDefaults } from './gemini/defaults.ts';
import { egress as geminiEgress } from './gemini/egress.ts';
import { defaults as chatDefaults } from './openai-chat/defaults.ts';
import { egress as chatEgress } from './openai-chat/egress.ts';
import { ingress as chatIngress } from './openai-chat/ingress.ts';
import { defaults as responsesDefaults } from './openai-responses/defaults.ts';
import { egress as responsesEgress } from './openai-responses/egress.ts';
import { ingress as responsesIngress } from './openai-responses/ingress.ts';
import type { Protocol } from './protocol.ts';

/** Every API contract that the gateway speaks; a new one adds its line here. */
const PROTOCOLS: Readonly<Record<ProtocolId, Protocol>> = {
  'openai-responses': {
    id: 'openai-responses',
    ingress: responsesIngress,
    egress: responsesEgress,
    defaults: responsesDefaults,
  },
  'openai-chat': { id: 'openai-chat', ingress: chatIngress, egress: chatEgress, defaults: chatDefaults },
  'anthropic-messages': {
    id: 'anthropic-messages',
    ingress: messagesIngress,
    egress: messagesEgress,
    defaults: messagesDefaults,
  },
  gemini: { id: 'gemini', egress: geminiEgress, defaults: geminiDefaults },
};

export function protocolById(id: ProtocolId): Protocol {
  return PROTOCOLS[id];
}
