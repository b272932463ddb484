import type { Dialect } from '../../src/ir/dialect.ts';
import { PROTOCOL_IDS, type ProtocolId } from '../../src/ir/protocol-id.ts';
import { compileDialect, dialectFor } from '../../src/providers/dialect.ts';
import { PRESET_IDS } from '../../src/providers/presets/preset-files.ts';
import { findPreset } from '../../src/providers/presets/presets.ts';
import { testModel, testProvider } from '../../src/providers/testing/provider.ts';

/** A dialect that a body is encoded in. @property native  a full implementation: a client's bytes may pass. */
export type Deployment = {
  readonly name: string;
  readonly preset?: string;
  readonly protocol: ProtocolId;
  readonly native: boolean;
  readonly dialect: Dialect;
};

/** Every protocol of the registry, as a plain server and in full; every preset, and every family of models in it. */
export const DEPLOYMENTS: readonly Deployment[] = distinct([
  ...PROTOCOL_IDS.flatMap((protocol) =>
    [false, true].map((native) => {
      const name = native ? `${protocol} in full` : protocol;
      return { name, protocol, native, dialect: compileDialect(protocol, [], native) };
    }),
  ),
  ...PRESET_IDS.flatMap(deploymentsOf),
]);

function deploymentsOf(id: string): readonly Deployment[] {
  const preset = findPreset(id);
  if (preset === undefined) throw new RangeError(`no preset ${id}`);
  const { protocol, native, quirks, models: knownModels } = preset;
  const provider = testProvider({ id, protocol, native, quirks, knownModels });
  const ids = ['any-model', ...knownModels.map((known) => known.match.replaceAll('*', 'x'))];
  return ids.map((upstreamId) => ({
    name: `${id}/${upstreamId}`,
    preset: id,
    protocol,
    native,
    dialect: dialectFor(testModel(upstreamId, provider, { upstreamId })),
  }));
}

function distinct(all: readonly Deployment[]): readonly Deployment[] {
  const one = (each: Deployment): string => JSON.stringify([each.protocol, each.native, each.dialect]);
  return [...new Map([...all].reverse().map((each) => [one(each), each])).values()].reverse();
}
