import assert from 'node:assert/strict';
import { GatewayError } from '../../src/ir/failure.ts';
import { type JsonObject, jsonText } from '../../src/ir/json.ts';
import type { Loss } from '../../src/ir/loss.ts';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import { protocolById } from '../../src/protocols/registry.ts';
import { editMembers } from '../../src/wire/json-edit.ts';
import { passesBytes, targetOf } from './deployments.ts';
import { type Cell, type RequestFeature, signOf } from './feature.ts';
import { PLAIN } from './words.ts';

/** What goes upstream of a request at a door, or why nothing does. */
type Sent = { readonly body: string; readonly losses: readonly Loss[] };

/** Sends a feature through the codecs, or past them, and looks for it on the other side. */
export function probeRequest(feature: RequestFeature, door: ProtocolId, upstream: ProtocolId): Cell {
  const asked = feature.asks[door];
  if (asked === undefined) return { state: 'not in this API', words: '' };
  const body: JsonObject = { ...PLAIN[door], ...asked };
  const sign = signOf(feature.arrived, upstream);
  if (passesBytes(door, upstream)) {
    const sent = editMembers(Buffer.from(JSON.stringify(body)), { model: '"gpt"' });
    return { state: sign.test(Buffer.from(sent).toString('utf8')) ? 'by bytes' : 'unexplained', words: '' };
  }
  try {
    const cell = cellOf(sign, translated(door, upstream, body), translated(door, upstream, PLAIN[door] ?? {}));
    const here = feature.here?.[upstream];
    return cell.state === 'unexplained' && here !== undefined ? { state: 'here', words: here } : cell;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { state: 'refused', words: error.failure.message };
  }
}

function cellOf(sign: RegExp, sent: Sent, plain: Sent): Cell {
  const usual = new Set(plain.losses.map(told));
  const words = [...new Set(sent.losses.map(told))].filter((line) => !usual.has(line)).join(' ');
  const arrived = sign.test(sent.body);
  if (arrived) return words === '' ? { state: 'carried', words } : { state: 'repaired', words };
  return words === '' ? { state: 'unexplained', words: sent.body } : { state: 'lost', words };
}

function told({ why }: Loss): string {
  return why;
}

function translated(door: ProtocolId, upstream: ProtocolId, body: JsonObject): Sent {
  const { ingress } = protocolById(door);
  assert.ok(ingress !== undefined);
  const { value, losses } = ingress.decodeRequest(body);
  const call = protocolById(upstream).egress.open({ ...value, stream: true }, targetOf(upstream));
  return { body: jsonText(call.body), losses: [...losses, ...call.losses] };
}
