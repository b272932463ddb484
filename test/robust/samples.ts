import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import { SPEECH } from './speech.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));

/** The replies among a protocol's fixtures, raw. */
export function upstreamReplies(protocol: ProtocolId): readonly Uint8Array[] {
  const folder = `${fixtures}${protocol}`;
  if (!existsSync(folder)) return [spoken(protocol)];
  return readdirSync(folder)
    .sort()
    .flatMap((name) =>
      readdirSync(`${folder}/${name}`)
        .filter((file) => file.startsWith('upstream.'))
        .map((file) => `${folder}/${name}/${file}`),
    )
    .map((file) => readFileSync(file));
}

/** A protocol that has no fixtures yet is fed what its hostile replies are made of. */
function spoken(protocol: ProtocolId): Uint8Array {
  const speech = SPEECH[protocol];
  const said = speech === undefined ? [] : [speech.head, speech.text('Hello.'), speech.begin(1), speech.call(1, 'x')];
  return Buffer.from(said.join(''));
}
