import type { NonEmpty } from './non-empty.ts';

/** The API contracts that Plugboard speaks; also the values of `protocol:` in config.yaml. */
export type ProtocolId = 'openai-responses' | 'openai-chat' | 'anthropic-messages' | 'gemini';

export const PROTOCOL_IDS: NonEmpty<ProtocolId> = ['openai-responses', 'openai-chat', 'anthropic-messages', 'gemini'];
