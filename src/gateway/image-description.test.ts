/** Images for models that take none, put into words by another model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isJsonObject, type JsonObject, parseJson } from '../ir/json.ts';
import { lastEntry, say, staged } from './testing/stage.ts';

const MORE = `image_description: { model: eyes, prompt: "What is it?" }
`;
/** Any bytes will do: nobody here looks at them. */
const PIXEL_PNG = Buffer.from('one white pixel').toString('base64');
const PIXEL = `data:image/png;base64,${PIXEL_PNG}`;
const json = (value: JsonObject): string => JSON.stringify(value);
const BODY = {
  model: 'blind',
  stream: true,
  input: [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'See:' },
        { type: 'input_image', image_url: PIXEL },
      ],
    },
    { type: 'function_call', call_id: 'c', name: 'view_image', arguments: '{}' },
    { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_image', image_url: PIXEL }] },
  ],
};

/** What each model was sent, as text. */
function sentTo(seen: readonly { readonly body: string }[], model: string): readonly string[] {
  return seen
    .map(({ body }) => body)
    .filter((body) => {
      const sent = parseJson(body);
      return isJsonObject(sent) && sent['model'] === model;
    });
}

test('an image is described once, and the words stand in its place in every turn', async (t) => {
  const stage = await staged(
    t,
    (request, response) => say(response, request.body.includes('What is it?') ? 'A white dot.' : 'I read.'),
    MORE,
  );
  for (let turn = 0; turn < 2; turn += 1) assert.match((await stage.ask({ body: json(BODY) })).text, /I read\./);
  const [asked, again] = sentTo(stage.seen, 'm-eyes');
  assert.ok(asked?.includes(PIXEL_PNG) && again === undefined);
  const [first, second] = sentTo(stage.seen, 'm-blind');
  assert.equal(first, second);
  assert.ok(!first?.includes(PIXEL_PNG));
  assert.equal(first?.match(/as the model eyes describes it\]\\nA white dot\.\\n\[End/g)?.length, 2, first);
  const entry = await lastEntry(stage);
  assert.match(JSON.stringify(entry.losses), /described by eyes/);
  assert.doesNotMatch(JSON.stringify(entry), /white dot/);
});

test('what a description costs counts, once', async (t) => {
  const stage = await staged(t, (_, response) => say(response, 'words'), MORE);
  await stage.ask({ body: json({ ...BODY, model: 'blind' }) });
  const paid = (await lastEntry(stage)).costNanoUsd ?? 0;
  const { headers } = await stage.ask({ body: json({ ...BODY, model: 'blind' }) });
  const later = (await lastEntry(stage, String(headers['x-request-id']))).costNanoUsd ?? 0;
  // 12 tokens in and 3 out: of the blind model at 1 and 2 USD a million, of the seeing one at 10 and 20.
  assert.deepEqual([paid, later], [18_000 + 180_000, 18_000]);
});

test('models that see get the image; one that cannot be described is left out in words', async (t) => {
  const stage = await staged(
    t,
    (request, response) => {
      if (request.body.includes('What is it?')) response.writeHead(500).end();
      else say(response);
    },
    MORE,
  );
  await stage.ask({ body: json({ ...BODY, model: 'one' }) });
  assert.ok(sentTo(stage.seen, 'm-one')[0]?.includes(PIXEL_PNG));
  assert.equal(stage.seen.length, 1);
  const { status, headers } = await stage.ask({ body: json(BODY) });
  assert.equal(status, 200);
  assert.doesNotMatch(sentTo(stage.seen, 'm-blind')[0] ?? '', /describes it|base64/);
  const { losses } = await lastEntry(stage, String(headers['x-request-id']));
  assert.match(JSON.stringify(losses), /image/i);
});

test('agents are told that such models take images', async (t) => {
  const stage = await staged(t, (_, response) => say(response), MORE);
  const { models } = JSON.parse((await stage.ask({ path: '/v1/models', method: 'GET' })).text);
  const blind = models.find((model: JsonObject) => model['slug'] === 'blind');
  assert.deepEqual(blind.input_modalities, ['text', 'image']);
  const off = await staged(t, (_, response) => say(response));
  const without = JSON.parse((await off.ask({ path: '/v1/models', method: 'GET' })).text).models;
  assert.deepEqual(without.find((model: JsonObject) => model['slug'] === 'blind').input_modalities, ['text']);
});
