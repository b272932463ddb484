import assert from 'node:assert/strict';
import { test } from 'node:test';
import { egress } from './egress.ts';

test('a phase that the API does not know is left out, and told once', () => {
  const item = { type: 'message', id: 'msg_1', role: 'assistant', phase: 'sideways' };
  const content = [{ type: 'output_text', text: 'Hi', annotations: [] }];
  const frames = [
    { type: 'response.created', response: { id: 'resp_1', model: 'm' } },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
    { type: 'response.output_item.done', output_index: 0, item: { ...item, content } },
    { type: 'response.completed', response: { id: 'resp_1', status: 'completed', output: [{ ...item, content }] } },
  ];
  const decoder = egress.tap.decodeStream();
  const text = frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('');
  const events = [...decoder.push(Buffer.from(text)), ...decoder.end()];
  assert.deepEqual(
    events.filter(({ type }) => type === 'loss' || type === 'text-start'),
    [
      {
        type: 'loss',
        loss: { path: 'output[0].phase', why: 'The API knows no such phase of a message: it is left out.' },
      },
      { type: 'text-start' },
    ],
  );
});
