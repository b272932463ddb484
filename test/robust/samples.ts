import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));

/** The replies among a protocol's fixtures, raw. */
export function upstreamReplies(protocol: ProtocolId): readonly Uint8Array[] {
  const folder = `${fixtures}${protocol}`;
  return readdirSync(folder)
    .sort()
    .flatMap((name) =>
      readdirSync(`${folder}/${name}`)
        .filter((file) => file.startsWith('upstream.'))
        .map((file) => `${folder}/${name}/${file}`),
    )
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file));
}
