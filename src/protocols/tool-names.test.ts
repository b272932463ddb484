import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Message, ToolDefinition, ToolName } from '../ir/request.ts';
import { toolNames } from './tool-names.ts';

const offer = (name: string, namespace?: string): ToolDefinition => ({
  kind: 'function',
  name: namespace === undefined ? { name } : { name, namespace },
  parameters: null,
});
const called = (name: ToolName): Message => ({
  role: 'assistant',
  parts: [{ type: 'tool-call', callId: 'c', kind: 'custom', name, input: '' }],
});

test('a namespace is flattened and found again', () => {
  const names = toolNames({ tools: [offer('add', 'mcp__demo')], messages: [] }, 64);
  assert.equal(names.wireName({ name: 'add', namespace: 'mcp__demo' }), 'mcp__demo__add');
  assert.deepEqual(names.lookup('mcp__demo__add'), { kind: 'function', name: { name: 'add', namespace: 'mcp__demo' } });
});

test('a plain name keeps itself where a flattened one would take it', () => {
  const names = toolNames({ tools: [offer('b', 'a'), offer('a__b')], messages: [] }, 64);
  assert.equal(names.wireName({ name: 'a__b' }), 'a__b');
  const flattened = names.wireName({ name: 'b', namespace: 'a' });
  assert.match(flattened, /^a__b_[0-9a-f]{8}$/);
  assert.deepEqual(names.lookup(flattened).name, { name: 'b', namespace: 'a' });
});

test('what a search found takes no name that another tool already has', () => {
  const before = toolNames({ tools: [offer('b', 'a')], messages: [] }, 64);
  const found: ToolDefinition = { kind: 'function', name: { name: 'a__b' }, parameters: null, found: true };
  const after = toolNames({ tools: [offer('b', 'a'), found], messages: [] }, 64);
  assert.equal(after.wireName({ name: 'b', namespace: 'a' }), before.wireName({ name: 'b', namespace: 'a' }));
  assert.match(after.wireName({ name: 'a__b' }), /^a__b_[0-9a-f]{8}$/);
});

test('the same tool twice is offered once', () => {
  const names = toolNames({ tools: [offer('add', 'x'), offer('add', 'x'), offer('add')], messages: [] }, 64);
  assert.deepEqual(
    names.offered.map((tool) => tool.wireName),
    ['x__add', 'add'],
  );
});

test('a tool that only the history knows has a name and its kind', () => {
  const names = toolNames({ tools: [], messages: [called({ name: 'old tool' })] }, 64);
  assert.equal(names.wireName({ name: 'old tool' }), 'old_tool');
  assert.deepEqual(names.lookup('old_tool'), { kind: 'custom', name: { name: 'old tool' } });
});

test('an unknown name comes back as a function of that name', () => {
  const names = toolNames({ tools: [], messages: [] }, 64);
  assert.deepEqual(names.lookup('made_up'), { kind: 'function', name: { name: 'made_up' } });
});

test('a namespaced tool is understood in other spellings, where only one can be meant', () => {
  const tools = [offer('add', 'mcp__a'), offer('run', 'mcp__a'), offer('run', 'mcp__b')];
  const { lookup } = toolNames({ tools, messages: [] }, 64);
  assert.deepEqual(lookup('add').name, { name: 'add', namespace: 'mcp__a' });
  assert.deepEqual(lookup('mcp__b.run').name, { name: 'run', namespace: 'mcp__b' });
  assert.deepEqual(lookup('run').name, { name: 'run' });
});

test('names are valid, short, unlike each other, the same each time, and undone', () => {
  const name = fc.record(
    { name: fc.string({ maxLength: 30 }), namespace: fc.string({ maxLength: 30 }) },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.uniqueArray(name, { selector: (each) => JSON.stringify(each), maxLength: 12 }), (list) => {
      const tools = list.map((each) => offer(each.name, each.namespace));
      const names = toolNames({ tools, messages: [] }, 20);
      const again = toolNames({ tools, messages: [] }, 20);
      const wire = list.map((each) => names.wireName(each));
      assert.equal(new Set(wire).size, list.length);
      for (const [index, each] of list.entries()) {
        assert.match(wire[index] ?? '', /^[A-Za-z0-9_-]{1,20}$/);
        assert.equal(again.wireName(each), wire[index]);
        assert.deepEqual(names.lookup(wire[index] ?? '').name, each);
      }
    }),
  );
});
