import type { Transport, TransportLayer } from './upstream.ts';

/** Layers from the outermost to the one next to the wire. */
export function layered(wire: Transport, layers: readonly TransportLayer[]): Transport {
  return layers.reduceRight((inner, layer) => layer(inner), wire);
}
