import assert from 'node:assert/strict';
import { GatewayError } from '../../src/ir/failure.ts';
import { isJsonObject, jsonText, parseJson } from '../../src/ir/json.ts';
import { PROTOCOL_IDS } from '../../src/ir/protocol-id.ts';
import { isEnvelope, readEnvelope } from '../../src/protocols/envelope.ts';
import { continueRequest } from '../../src/protocols/openai-responses/kept/continue-request.ts';
import { readCreateFrame } from '../../src/protocols/openai-responses/socket-frame.ts';
import type { IngressCodec } from '../../src/protocols/protocol.ts';
import { userPresetSchema } from '../../src/providers/preset.ts';
import { PRESET_IDS, presetText } from '../../src/providers/presets/preset-files.ts';
import { editMembers, JsonTextError, topLevelMembers } from '../../src/wire/json-edit.ts';
import { deployment } from './deployments.ts';
import type { Random } from './random.ts';
import { doors } from './replies.ts';
import { DOOR_REQUESTS } from './requests.ts';
import type { Subject } from './subject.ts';

/** Whatever takes a body of JSON: the doors, what edits bytes, envelopes, a user's preset files. */
export function bodySubjects(): readonly Subject[] {
  const requests = Object.values(DOOR_REQUESTS).map((body) => Buffer.from(JSON.stringify(body)));
  return [
    ...doors().map(
      ({ protocol, ingress }): Subject => ({
        name: `${protocol}/request`,
        samples: [Buffer.from(JSON.stringify(DOOR_REQUESTS[protocol] ?? {}))],
        check: (input, random) => checkRequest(ingress, input, random),
      }),
    ),
    { name: 'json-edit', samples: requests, check: checkEdit },
    { name: 'socket-frame', samples: [FRAME], check: checkFrame },
    {
      name: 'envelope',
      samples: [Buffer.from('pb1:{"protocol":"openai-chat","provider":"p","model":"m","value":{"a":[1]}}')],
      check: (input) => {
        const text = Buffer.from(input).toString('utf8');
        const state = readEnvelope(text);
        assert.ok(state === undefined || (isEnvelope(text) && isJsonObject(state.value)));
      },
    },
    {
      name: 'preset',
      samples: PRESET_IDS.map((id) => Buffer.from(presetText(id))),
      check: (input) => void userPresetSchema('own').safeParse(parseJson(Buffer.from(input).toString('utf8'))),
    },
  ];
}

const FRAME = Buffer.from(
  JSON.stringify({
    type: 'response.create',
    generate: true,
    ...DOOR_REQUESTS['openai-responses'],
    client_metadata: { session_id: 's' },
  }),
);

/** A request is refused in the gateway's own words, or every provider's side takes it. */
function checkRequest(ingress: IngressCodec, input: Uint8Array, random: Random): void {
  const headers = { 'x-codex-turn-metadata': Buffer.from(input.subarray(0, 200)).toString('latin1') };
  orRefused(() => {
    ingress.outline(input, headers);
    const body = parseJson(Buffer.from(input).toString('utf8'));
    if (body === undefined) return;
    const { value } = ingress.decodeRequest(body);
    for (const protocol of PROTOCOL_IDS) {
      orRefused(() => {
        const call = deployment(protocol, random)(value);
        const text = jsonText(call.body);
        assert.ok(text.isWellFormed());
        assert.ok(!text.includes('"polluted"') || Buffer.from(input).includes('polluted'));
      });
    }
  });
}

function orRefused(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
  }
}

/** What is edited stays JSON, with all its other members. */
function checkEdit(input: Uint8Array): void {
  const before = parseJson(Buffer.from(input).toString('utf8'));
  try {
    topLevelMembers(input);
  } catch (error) {
    assert.ok(error instanceof JsonTextError);
    assert.ok(!isJsonObject(before) || /deep/.test(error.message), 'JSON that is not taken for JSON');
    return;
  }
  const edited = editMembers(input, { model: '"another"', stream: null });
  if (!isJsonObject(before)) return;
  const after = parseJson(Buffer.from(edited).toString('utf8'));
  assert.ok(isJsonObject(after), 'edited JSON is none any more');
  const { model: _model, stream: _stream, ...rest } = before;
  const { model, stream, ...left } = after;
  assert.deepEqual(Object.keys(left), Object.keys(rest));
  assert.equal(stream, undefined);
  assert.equal(model, before['model'] === undefined ? undefined : 'another');
}

/** A socket's frame is refused in words, or is a request with all its other members. */
function checkFrame(input: Uint8Array): void {
  const before = parseJson(Buffer.from(input).toString('utf8'));
  orRefused(() => {
    const { body } = readCreateFrame(input, { 'sec-websocket-key': 'x' });
    const { body: whole } = continueRequest(body, () => undefined, true);
    if (!isJsonObject(before)) return;
    const after = parseJson(Buffer.from(whole).toString('utf8'));
    assert.ok(isJsonObject(after), 'a frame that becomes no request');
    assert.deepEqual(after['input'], before['input']);
    assert.equal(after['stream'], true);
  });
}
