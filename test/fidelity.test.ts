import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PROTOCOL_IDS } from '../src/ir/protocol-id.ts';
import { mended } from '../src/pipeline/mended.ts';
import { protocolById } from '../src/protocols/registry.ts';
import { testModel, testProvider } from '../src/providers/testing/provider.ts';
import { targetOf } from './fidelity/deployments.ts';
import { MARK } from './fidelity/feature.ts';
import { fidelityMatrix } from './fidelity/matrix.ts';
import { fidelityPage } from './fidelity/page.ts';
import { saying } from './fidelity/says.ts';
import { PLAIN } from './fidelity/words.ts';

test('whatever does not arrive is explained', () => {
  const unexplained = fidelityMatrix().flatMap(({ door, groups }) =>
    groups.flatMap(({ rows }) =>
      rows.flatMap(({ feature, cells }) =>
        cells.flatMap(({ state }, index) =>
          state === 'unexplained' ? [`${feature}: ${door} onto ${PROTOCOL_IDS[index]}`] : [],
        ),
      ),
    ),
  );
  assert.deepEqual(unexplained, []);
});

test('what goes by bytes goes between one protocol and itself', () => {
  for (const { door, groups } of fidelityMatrix()) {
    for (const { cells } of groups.flatMap(({ rows }) => rows)) {
      for (const [index, { state }] of cells.entries()) {
        if (state === 'by bytes') assert.equal(PROTOCOL_IDS[index], door);
      }
    }
  }
});

test('stop words that an upstream has no member for end the reply here', () => {
  const { ingress } = protocolById('openai-chat');
  assert.ok(ingress !== undefined);
  const { value } = ingress.decodeRequest({ ...PLAIN['openai-chat'], stop: [MARK] });
  const call = protocolById('openai-responses').egress.open(value, targetOf('openai-responses'));
  const model = testModel('m', testProvider({ protocol: 'openai-responses' }));
  const decoder = mended(call, value, model).decodeStream();
  const said = Buffer.from(saying(`one ${MARK} two`)['openai-responses']);
  const events = [...decoder.push(said), ...decoder.end()];
  const text = events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : [])).join('');
  assert.equal(text, 'one ');
  assert.equal(events.at(-1)?.type, 'finish');
});

test('docs/fidelity.md is what the probes find: else run npm run fidelity', () => {
  assert.equal(readFileSync('docs/fidelity.md', 'utf8'), fidelityPage());
});
