import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { byModel, httpReply, say, script } from '../../simulator/script.ts';
import { startSimulator } from '../../simulator/server.ts';
import { type LiveBench, liveBench } from '../testing/live.ts';

const ID = 'gemini-3.8-flash';

/** Gemini's own API by its preset: the list of its form, the model in the path, the key in a header of its own. */
async function withGemini(t: TestContext, entry = ''): Promise<LiveBench> {
  const scenario = byModel({
    [ID]: () => script([say('ready')]),
    'gemini-2.5-pro': () =>
      httpReply(429, { error: { code: 429, message: 'Slow down.', status: 'RESOURCE_EXHAUSTED' } }),
  });
  const simulator = await startSimulator({
    scenario,
    models: [ID, 'gemini-2.5-pro'],
    key: 'key-of-the-test',
    contextWindow: 1_048_576,
  });
  t.after(() => simulator.close());
  return liveBench(
    t,
    `providers: { g: { preset: gemini, base_url: "${simulator.url}/v1beta", api_key: key-of-the-test${entry} } }
models:
  - { slug: flash, provider: g, model: ${ID} }
  - { slug: gone, provider: g, model: gemini-0 }
  - { provider: g, match: "gemini-*", pick: ["gemini-3*"] }
default_model: flash
`,
  );
}

test('models --live reads the list in its own form: what is there, what is not, and nothing that cannot answer', async (t) => {
  const { run } = await withGemini(t);
  const live = await run('models', '--live', '--json');
  assert.equal(live.status, 0, live.err);
  const { models, providers } = JSON.parse(live.out);
  const known = models.map((row: { slug: string; live?: { known: boolean } }) => [row.slug, row.live?.known]);
  assert.deepEqual(known.slice(0, 2), [
    ['flash', true],
    ['gone', false],
  ]);
  assert.equal(providers[0].listed, 2);
  assert.deepEqual(providers[0].missing, [{ slug: 'gone', model: 'gemini-0' }]);
});

test('a route is checked and called, by its slug and under a wildcard; a refusal is told in its words', async (t) => {
  const { run } = await withGemini(t);
  const looked = await run('test', 'flash');
  assert.match(looked.out, /^ok {6}g\/gemini-3\.8-flash: g answers at http/m);
  const absent = await run('test', 'gone');
  assert.match(absent.out, /^failed {2}g\/gemini-0: g does not list gemini-0/m);
  for (const slug of ['flash', `g/${ID}`]) {
    const called = await run('test', slug, '--call', '--json');
    assert.equal(called.status, 0, called.out);
    assert.match(JSON.parse(called.out).checks.at(-1).words, /answered "ready"/);
  }
  const limited = await run('test', 'g/gemini-2.5-pro', '--call');
  assert.equal(limited.status, 1);
  assert.match(limited.out, /Slow down\. \(provider g, model gemini-2\.5-pro\)/);
  await run('stop');
});

test('the doctor knows the path of its calls at the end of a base URL, and asks it where there is no list', async (t) => {
  const findings = async (bench: LiveBench): Promise<string[]> => {
    const told: { check: string; cause: string }[] = JSON.parse((await bench.run('doctor', '--json')).out).findings;
    return told.filter(({ check }) => /^provider|^model/.test(check)).map(({ check, cause }) => `${check}: ${cause}`);
  };
  const whole = await findings(await withGemini(t));
  assert.deepEqual(
    whole.map((finding) => finding.split(':')[0]),
    ['model-absent'],
  );
  const simulator = await startSimulator({ scenario: () => script([say('ready')]), key: 'key-of-the-test' });
  t.after(() => simulator.close());
  const config = (
    base: string,
  ): string => `providers: { g: { preset: gemini, base_url: "${base}", api_key: key-of-the-test } }
models: [{ slug: flash, provider: g, model: ${ID} }]
`;
  const slip = await findings(await liveBench(t, config(`${simulator.url}/v1beta/models/x:generateContent`)));
  assert.match(
    slip.join(),
    /^provider-path: g: base_url ends in \/models\/x:generateContent, which Plugboard adds itself/,
  );
  const nowhere = await findings(await liveBench(t, config(`${simulator.url}/elsewhere`)));
  assert.match(
    nowhere.join(),
    /^provider-404: g has nothing at .*\/elsewhere\/models\/gemini-3\.8-flash:generateContent/,
  );
});
