import type { Dialect } from '../../src/ir/dialect.ts';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import type { InferenceRequest } from '../../src/ir/request.ts';
import type { EgressCall } from '../../src/protocols/protocol.ts';
import { protocolById } from '../../src/protocols/registry.ts';
import { compileDialect } from '../../src/providers/dialect.ts';
import { PRESET_IDS } from '../../src/providers/presets/preset-files.ts';
import { findPreset } from '../../src/providers/presets/presets.ts';
import type { Random } from './random.ts';

/** The dialects of one protocol: an unknown server's, a full implementation's, one with thinking between tags, and
 *  every preset's. */
export function dialectsOf(protocol: ProtocolId): readonly [Dialect, ...Dialect[]] {
  const known = cache.get(protocol);
  if (known !== undefined) return known;
  const plain = compileDialect(protocol, []);
  const tagged: Dialect = { ...plain, reasoning: { ...plain.reasoning, thinkTags: true } };
  const presets = PRESET_IDS.flatMap((id) => {
    const preset = findPreset(id);
    return preset?.protocol === protocol ? [compileDialect(protocol, preset.quirks, preset.native)] : [];
  });
  const all: [Dialect, ...Dialect[]] = [tagged, plain, compileDialect(protocol, [], true), ...presets];
  cache.set(protocol, all);
  return all;
}

const cache = new Map<ProtocolId, readonly [Dialect, ...Dialect[]]>();

/** Opens calls to one deployment of the protocol, whichever it is. */
export function deployment(protocol: ProtocolId, random: Random): (request: InferenceRequest) => EgressCall {
  const dialect = random.pick(dialectsOf(protocol));
  return (request) =>
    protocolById(protocol).egress.open(request, { provider: 'p', model: 'm', credentialId: 'c', dialect });
}
