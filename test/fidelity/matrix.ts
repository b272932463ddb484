import { PROTOCOL_IDS, type ProtocolId } from '../../src/ir/protocol-id.ts';
import { protocolById } from '../../src/protocols/registry.ts';
import type { Cell } from './feature.ts';
import { probeReply } from './probe-reply.ts';
import { probeRequest } from './probe-request.ts';
import { REPLY_FEATURES } from './reply-features.ts';
import { REQUEST_FEATURES } from './request-features.ts';
import { probeRoundTrip } from './round-trip.ts';

/** One feature at one door, onto each upstream in the order of `PROTOCOL_IDS`. */
export type Row = { readonly feature: string; readonly cells: readonly Cell[] };
export type Group = { readonly name: string; readonly rows: readonly Row[] };
export type DoorMatrix = { readonly door: ProtocolId; readonly groups: readonly Group[] };

/** Every feature, probed between every door and every upstream. Rows that a door has no words for are left out. */
export function fidelityMatrix(): readonly DoorMatrix[] {
  const doors = PROTOCOL_IDS.filter((id) => protocolById(id).ingress !== undefined);
  return doors.map((door) => ({
    door,
    groups: [
      ...REQUEST_FEATURES.map(([name, features]) => ({
        name,
        rows: features.map((feature) => rowOf(feature.name, (upstream) => probeRequest(feature, door, upstream))),
      })),
      ...REPLY_FEATURES.map(([name, features]) => ({
        name,
        rows: features.map((feature) => rowOf(feature.name, (upstream) => probeReply(feature, door, upstream))),
      })),
      { name: 'From one turn to the next', rows: [rowOf(STATE, (upstream) => probeState(door, upstream))] },
    ].map(({ name, rows }) => ({ name, rows: rows.filter(isSaid) })),
  }));
}

const STATE = 'state of thinking goes back to its maker';

function probeState(door: ProtocolId, upstream: ProtocolId): Cell {
  const feature = REPLY_FEATURES.flatMap(([, features]) => features).find(
    ({ name }) => name === 'state of thinking, for the next turn',
  );
  const said = feature?.says[upstream];
  return said === undefined ? { state: 'not in this API', words: '' } : probeRoundTrip(said, door, upstream);
}

function rowOf(feature: string, probe: (upstream: ProtocolId) => Cell): Row {
  return { feature, cells: PROTOCOL_IDS.map(probe) };
}

function isSaid({ cells }: Row): boolean {
  return cells.some(({ state }) => state !== 'not in this API');
}
