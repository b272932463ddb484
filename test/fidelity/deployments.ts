import assert from 'node:assert/strict';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import type { EgressTarget } from '../../src/protocols/protocol.ts';
import { dialectOf, presetOf } from '../../src/providers/presets/testing/dialect.ts';

/** Where each upstream protocol is spoken best: its own maker's service. What another provider takes less is in its
 *  preset, and told as a Loss. */
export const DEPLOYMENTS: { readonly [P in ProtocolId]: { readonly preset: string; readonly model: string } } = {
  'openai-responses': { preset: 'openai', model: 'gpt-5.5' },
  'openai-chat': { preset: 'openai-chat', model: 'gpt-5.5' },
  'anthropic-messages': { preset: 'anthropic', model: 'claude-opus-4-6' },
  gemini: { preset: 'gemini', model: 'gemini-3-pro' },
};

export function targetOf(protocol: ProtocolId): EgressTarget {
  const { preset, model } = DEPLOYMENTS[protocol];
  assert.equal(presetOf(preset).protocol, protocol);
  return { provider: preset, model, credentialId: 'k', dialect: dialectOf(preset, model) };
}

/** Does a request of this door go there as bytes? */
export function passesBytes(door: ProtocolId, upstream: ProtocolId): boolean {
  return door === upstream && presetOf(DEPLOYMENTS[upstream].preset).native;
}
