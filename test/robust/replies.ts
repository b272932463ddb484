import assert from 'node:assert/strict';
import type { InferenceEvent } from '../../src/ir/event.ts';
import { parseJson } from '../../src/ir/json.ts';
import { isNonEmpty, type NonEmpty } from '../../src/ir/non-empty.ts';
import { PROTOCOL_IDS, type ProtocolId } from '../../src/ir/protocol-id.ts';
import type { InferenceRequest } from '../../src/ir/request.ts';
import { foldEvents } from '../../src/ir/response.ts';
import type { IngressCodec, ReplyContext } from '../../src/protocols/protocol.ts';
import { protocolById } from '../../src/protocols/registry.ts';
import { repairsFor } from '../../src/providers/repairs.ts';
import { testProvider } from '../../src/providers/testing/provider.ts';
import { type ReplyMender, replyMender } from '../../src/repair/mend-reply.ts';
import { encodeSse } from '../../src/wire/sse.ts';
import type { Transducer } from '../../src/wire/transducer.ts';
import { deployment, dialectsOf } from './deployments.ts';
import type { Judge } from './judges.ts';
import { assertEventLaws, joinedEvents } from './laws.ts';
import { inChunks } from './mutate.ts';
import type { Random } from './random.ts';
import { DOOR_REQUESTS } from './requests.ts';
import { upstreamReplies } from './samples.ts';
import type { Subject } from './subject.ts';

/** Every provider's side, fed replies: streamed, whole, as a tap beside a byte path, and as errors. */
export function replySubjects(judges: ReadonlyMap<ProtocolId, Judge>): readonly Subject[] {
  return PROTOCOL_IDS.flatMap((protocol) => {
    const samples = upstreamReplies(protocol);
    const { egress } = protocolById(protocol);
    return [
      {
        name: `${protocol}/stream`,
        samples,
        check: (input: Uint8Array, random: Random) => checkStream(protocol, input, random, judges),
      },
      {
        name: `${protocol}/tap`,
        samples,
        check: (input: Uint8Array, random: Random) =>
          assertEventLaws(run(egress.tap.decodeStream(), inChunks(input, random))),
      },
      {
        name: `${protocol}/error`,
        samples,
        check: (input: Uint8Array, random: Random) => {
          const headers = { 'retry-after': random.pick(RETRY_AFTER), 'content-type': 'application/json' };
          const status = random.pick([400, 401, 404, 413, 429, 500, 503, 529, 600]);
          const body = Buffer.from(input)
            .toString('utf8')
            .slice(0, 64 * 1024);
          const { errors } = random.pick(dialectsOf(protocol));
          const failure = egress.decodeError(status, headers, body, 0, errors);
          assert.notEqual(failure.message, '');
          const { retryAfterMs: wait } = failure;
          assert.ok(wait === undefined || (Number.isFinite(wait) && wait >= 0), `waits ${wait} ms`);
          for (const door of doors()) JSON.stringify(door.ingress.encodeError(failure, { id: 'local' }, 'id'));
        },
      },
    ];
  });
}

const RETRY_AFTER: readonly [string, ...string[]] = [
  '5',
  '-1',
  '1e99',
  '99999999999999999999',
  'soon',
  'Fri, 31 Dec 1999 23:59:59 GMT',
  '',
];

export type Door = { readonly protocol: ProtocolId; readonly ingress: IngressCodec };

/** The protocols that clients may speak. */
export function doors(): NonEmpty<Door> {
  const open = PROTOCOL_IDS.flatMap((protocol) => {
    const { ingress } = protocolById(protocol);
    return ingress === undefined ? [] : [{ protocol, ingress }];
  });
  assert.ok(isNonEmpty(open));
  return open;
}

function checkStream(
  protocol: ProtocolId,
  input: Uint8Array,
  random: Random,
  judges: ReadonlyMap<ProtocolId, Judge>,
): void {
  const door = random.pick(doors());
  const request = requestAt(door);
  const open = deployment(protocol, random);
  const call = () => open(request);
  const events = run(call().decodeStream(), [input]);
  assertEventLaws(events);
  const split = run(call().decodeStream(), inChunks(input, random));
  assert.deepEqual(joinedEvents(split), joinedEvents(events), 'another split of the bytes gives other events');
  const mender = menderOf(request, random.chance(0.5));
  const mended = run(mender.stream(call().decodeStream()), [input]);
  assertEventLaws(mended);
  const whole = parseJson(Buffer.from(input).toString('utf8'));
  if (whole !== undefined) assertEventLaws(mender.whole(call().decodeResponse(whole)));
  checkDoor(door.ingress, mended, request, random.chance(0.3) ? judges.get(door.protocol) : undefined);
}

/** Everything that is put right in a reply on its way. @param oneCall  of several calls the first alone passes. */
export function menderOf({ tools }: InferenceRequest, oneCall = false): ReplyMender {
  return replyMender({ stops: ['stop here'], oneCall, tools, ...repairsFor({ provider: testProvider() }) });
}

/** What a client sees of the events, as a stream and whole. */
function checkDoor(
  ingress: IngressCodec,
  events: readonly InferenceEvent[],
  echo: InferenceRequest,
  judge: Judge | undefined,
): void {
  const context: ReplyContext = { echo, caller: { id: 'local' }, responseId: 'fuzzed', createdAt: 1_700_000_000 };
  const encoder = ingress.encodeStream(context);
  const frames = [...events.flatMap((event) => encoder.push(event)), ...encoder.end()];
  for (const { data } of frames) assert.ok(!/[\r\n]/.test(data), 'a frame with a line break');
  // Items of types that an upstream made up go on as they are, and are none of the schema's.
  const isOurs = !events.some((event) => event.type === 'opaque');
  if (isOurs)
    judge?.(frames.map(encodeSse).join(''), [
      ...(isCutFreeform(events) ? ['INCOMPLETE_ITEM'] : []),
      ...(isCounted(events) ? [] : ['USAGE_ZERO']),
    ]);
  const folded = foldEvents(events);
  if (folded.ok) JSON.stringify(ingress.encodeResponse(folded.response, context));
  else JSON.stringify(ingress.encodeError(folded.failure, context.caller, 'id').body);
}

/** What nobody counted is not made up. */
function isCounted(events: readonly InferenceEvent[]): boolean {
  return events.some((event) => event.type === 'usage' && event.usage.output > 0);
}

/** Half a freeform call is never closed, so that nothing can bear the mark of the limit behind a whole item. */
function isCutFreeform(events: readonly InferenceEvent[]): boolean {
  const cut = events.findLast(({ type }) => type === 'tool-call-start' || type.endsWith('-end'));
  return cut?.type === 'tool-call-start' && cut.kind === 'custom';
}

export function requestAt({ protocol, ingress }: Door): InferenceRequest {
  const { text: _, ...plain } = DOOR_REQUESTS[protocol] ?? {};
  return ingress.decodeRequest(plain).value;
}

function run(
  decoder: Transducer<Uint8Array, InferenceEvent>,
  chunks: readonly Uint8Array[],
): readonly InferenceEvent[] {
  const events: InferenceEvent[] = [];
  for (const chunk of chunks) for (const event of decoder.push(chunk)) events.push(event);
  for (const event of decoder.end()) events.push(event);
  return events;
}
