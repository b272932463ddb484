import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FinishReason, InferenceEvent } from '../ir/event.ts';
import { type BlockOptions, type Blocks, sequenceBlocks } from './blocks.ts';
import { NO_TOOL_NAMES, toolNames } from './tool-names.ts';

function run(
  steps: (blocks: Blocks) => void,
  reason: FinishReason = 'stop',
  options: Partial<BlockOptions> = {},
): string[] {
  let made = 0;
  const blocks = sequenceBlocks({
    names: NO_TOOL_NAMES,
    callId: (given) => {
      made += 1;
      return given || `made_${made}`;
    },
    ...options,
  });
  steps(blocks);
  const failure = blocks.finish(reason);
  const lines = joined(blocks.take());
  return failure === undefined ? lines : [...lines, `failure ${failure.kind}`];
}

/** Events as short words, deltas of one block joined. */
function joined(events: readonly InferenceEvent[]): string[] {
  const lines: string[] = [];
  for (const event of events) {
    const previous = lines.at(-1) ?? '';
    switch (event.type) {
      case 'tool-call-start':
        lines.push(`call ${event.callId} ${event.name.name}`);
        break;
      case 'tool-call-delta':
        if (previous.startsWith('+')) lines[lines.length - 1] = previous + event.input;
        else lines.push(`+${event.input}`);
        break;
      case 'text-delta':
      case 'reasoning-delta':
      case 'refusal-delta':
        if (previous.startsWith('+')) lines[lines.length - 1] = previous + event.text;
        else lines.push(`+${event.text}`);
        break;
      default:
        lines.push(event.type);
    }
  }
  return lines;
}

test('reasoning, text and a call follow each other and close each other', () => {
  const lines = run((blocks) => {
    blocks.reasoning('why');
    blocks.text('what');
    const call = blocks.openCall();
    blocks.extendCall(call, { id: 'c1', name: 'run', input: '{"a"' });
    blocks.extendCall(call, { input: ':1}' });
  });
  assert.deepEqual(lines, [
    'reasoning-start',
    '+why',
    'reasoning-end',
    'text-start',
    '+what',
    'text-end',
    'call c1 run',
    '+{"a":1}',
    'tool-call-end',
  ]);
});

test('text streams at once', () => {
  const blocks = sequenceBlocks({ names: NO_TOOL_NAMES, callId: () => 'c' });
  blocks.text('a');
  assert.deepEqual(blocks.take(), [{ type: 'text-start' }, { type: 'text-delta', text: 'a' }]);
  blocks.text('b');
  assert.deepEqual(blocks.take(), [{ type: 'text-delta', text: 'b' }]);
});

test('a call that is alone streams, and does not close before the finish', () => {
  const blocks = sequenceBlocks({ names: NO_TOOL_NAMES, callId: () => 'c' });
  const call = blocks.openCall();
  blocks.extendCall(call, { name: 'run', input: '{}' });
  assert.deepEqual(joined(blocks.take()), ['call c run', '+{}']);
  assert.equal(blocks.finish('tool-calls'), undefined);
  assert.deepEqual(joined(blocks.take()), ['tool-call-end']);
});

test('calls whose fragments alternate come one after the other, each whole', () => {
  const one = '{"cmd":"ls {}"}';
  const two = '{"cmd":"pwd"}';
  const orders = fc.array(fc.boolean(), { maxLength: 60 });
  fc.assert(
    fc.property(orders, (order) => {
      const lines = run((blocks) => {
        const calls = [blocks.openCall(), blocks.openCall()] as const;
        const left = [one, two];
        const step = (which: 0 | 1): void => {
          const piece = left[which]?.[0] ?? '';
          left[which] = left[which]?.slice(1) ?? '';
          blocks.extendCall(calls[which], { id: `c${which}`, name: `n${which}`, input: piece });
        };
        for (const first of order) step(first ? 0 : 1);
        while (left[0] !== '') step(0);
        while (left[1] !== '') step(1);
      }, 'tool-calls');
      assert.deepEqual(lines, ['call c0 n0', `+${one}`, 'tool-call-end', 'call c1 n1', `+${two}`, 'tool-call-end']);
    }),
  );
});

test('a whole call closes as soon as another has begun, and later text waits for an unfinished call', () => {
  const blocks = sequenceBlocks({ names: NO_TOOL_NAMES, callId: (given) => given ?? '' });
  const one = blocks.openCall();
  blocks.extendCall(one, { id: 'c1', name: 'a', input: '{"x":1' });
  blocks.text('between');
  assert.deepEqual(joined(blocks.take()), ['call c1 a', '+{"x":1']);
  blocks.extendCall(one, { input: '}' });
  assert.deepEqual(joined(blocks.take()), ['+}', 'tool-call-end', 'text-start', '+between']);
});

test('a late name holds its call and what follows, in order', () => {
  const lines = run((blocks) => {
    const one = blocks.openCall();
    blocks.extendCall(one, { id: 'c1', input: '{"x"' });
    const two = blocks.openCall();
    blocks.extendCall(two, { id: 'c2', name: 'b', input: '{}' });
    blocks.extendCall(one, { name: 'a', input: ':1}' });
  });
  assert.deepEqual(lines, ['call c1 a', '+{"x":1}', 'tool-call-end', 'call c2 b', '+{}', 'tool-call-end']);
});

test('a call without a name fails the turn; an empty fragment is no call', () => {
  assert.deepEqual(
    run((blocks) => blocks.extendCall(blocks.openCall(), { id: 'c1', input: '{}' })),
    ['failure protocol'],
  );
  assert.deepEqual(
    run((blocks) => blocks.extendCall(blocks.openCall(), { input: ' ' })),
    [],
  );
});

test('at a length limit whole calls close and the cut one stays open', () => {
  const steps = (last: string) => (blocks: Blocks) => {
    const one = blocks.openCall();
    blocks.extendCall(one, { id: 'c1', name: 'a', input: '{}' });
    const two = blocks.openCall();
    blocks.extendCall(two, { id: 'c2', name: 'b', input: last });
  };
  const first = ['call c1 a', '+{}', 'tool-call-end', 'call c2 b'];
  assert.deepEqual(run(steps('{"x":'), 'length'), [...first, '+{"x":']);
  assert.deepEqual(run(steps('{"x":1}'), 'length'), [...first, '+{"x":1}', 'tool-call-end']);
});

test('a text that a limit cut stays open', () => {
  assert.deepEqual(
    run((blocks) => blocks.text('half'), 'length'),
    ['text-start', '+half'],
  );
});

test('a repeated whole call is not taken twice; more of a closed one fails the turn', () => {
  const repeat = (again: string) => (blocks: Blocks) => {
    const call = blocks.openCall();
    blocks.extendCall(call, { id: 'c1', name: 'a', input: '{"x":1}' });
    blocks.text('t');
    blocks.extendCall(call, { input: again });
  };
  const whole = ['call c1 a', '+{"x":1}', 'tool-call-end', 'text-start', '+t', 'text-end'];
  assert.deepEqual(run(repeat('{"x":1}')), whole);
  assert.deepEqual(run(repeat('')), whole);
  assert.deepEqual(run(repeat('{"x":2}')), [...whole, 'failure protocol']);
});

test('arguments that never came are an empty object', () => {
  assert.deepEqual(
    run((blocks) => blocks.extendCall(blocks.openCall(), { id: 'c1', name: 'a', input: '' })),
    ['call c1 a', '+{}', 'tool-call-end'],
  );
});

test('a freeform tool gets its raw text', () => {
  const names = toolNames({ tools: [{ kind: 'custom', name: { name: 'apply_patch' } }], messages: [] }, 64);
  const patch = (input: string) =>
    run((blocks) => blocks.extendCall(blocks.openCall(), { id: 'c1', name: 'apply_patch', input }), 'stop', { names });
  assert.deepEqual(patch('{"input":"*** Begin\\n"}'), ['call c1 apply_patch', '+*** Begin\n', 'tool-call-end']);
  assert.deepEqual(patch('*** Begin\n'), ['call c1 apply_patch', '+*** Begin\n', 'tool-call-end']);
});

test('white space alone is no text, but stays where it leads one', () => {
  assert.deepEqual(
    run((blocks) => {
      blocks.reasoning('r');
      blocks.text('\n\n');
      blocks.extendCall(blocks.openCall(), { id: 'c1', name: 'a', input: '{}' });
      blocks.text('\n');
      blocks.text(' x');
    }),
    ['reasoning-start', '+r', 'reasoning-end', 'call c1 a', '+{}', 'tool-call-end', 'text-start', '+\n x', 'text-end'],
  );
});

test('a surrogate pair that was split over two pieces is put together', () => {
  const blocks = sequenceBlocks({ names: NO_TOOL_NAMES, callId: () => 'c' });
  blocks.text('a\ud83d');
  blocks.text('\ude00b');
  blocks.finish('stop');
  assert.deepEqual(
    blocks.take().flatMap((event) => (event.type === 'text-delta' ? [event.text] : [])),
    ['a', '\ud83d\ude00b'],
  );
});

test('a state ends its reasoning block, or makes one without text', () => {
  const state = { protocol: 'openai-chat', provider: 'p', model: 'm', value: { a: 1 } } as const;
  const blocks = sequenceBlocks({ names: NO_TOOL_NAMES, callId: () => 'c' });
  blocks.reasoning('r');
  blocks.reasoningPart();
  blocks.end(state);
  blocks.end(state);
  assert.deepEqual(blocks.take().slice(2), [
    { type: 'reasoning-part' },
    { type: 'reasoning-end', state },
    { type: 'reasoning-start' },
    { type: 'reasoning-end', state },
  ]);
});

test('a call that a refusal cut is neither closed nor a whole reply', () => {
  const half = run((blocks) => {
    blocks.extendCall(blocks.openCall(), { id: 'c1', name: 'run', input: '{"a":' });
  }, 'refusal');
  assert.deepEqual(half, ['call c1 run', '+{"a":', 'failure content-policy']);
  const whole = run((blocks) => {
    blocks.extendCall(blocks.openCall(), { id: 'c1', name: 'run', input: '{}' });
  }, 'refusal');
  assert.deepEqual(whole, ['call c1 run', '+{}', 'tool-call-end']);
});
