import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setup } from './testing/setup.ts';
import { type FoundPreset, presetsOf } from './user-presets.ts';

function find(t: TestContext, name: string, text: string): FoundPreset {
  const { home } = setup(t, undefined, { [`presets/${name}`]: text });
  return presetsOf(home).find(name.replace(/\..*$/, ''));
}

function wrong(t: TestContext, name: string, text: string): readonly string[] {
  const found = find(t, name, text);
  assert.equal(found.state, 'broken');
  return found.state === 'broken'
    ? found.message.split('\n').map((line) => line.replace(/^.*[\\/]presets[\\/]/, ''))
    : [];
}

const SMALL = '{ "protocol": "openai-chat", "baseUrl": "https://llm.example.com/v1" }';

test('three lines are a preset: what is left out is empty', (t) => {
  const found = find(t, 'mine.json', SMALL);
  assert.ok(found.state === 'found');
  assert.deepEqual([found.preset.id, found.preset.name, found.preset.auth], ['mine', 'mine', { type: 'bearer' }]);
  assert.deepEqual([found.preset.quirks, found.preset.keyVariables, found.preset.native], [[], [], false]);
});

test('YAML is taken too, with quirks whose source is any word', (t) => {
  const yaml = [
    'protocol: openai-chat',
    'baseUrl: https://llm.example.com/v1',
    'quirks:',
    '  - { kind: token-limit, field: max_completion_tokens, source: "their manual, page 7" }',
  ].join('\n');
  const found = find(t, 'mine.yaml', yaml);
  assert.ok(found.state === 'found');
  assert.equal(found.preset.quirks[0]?.kind, 'token-limit');
});

test('what is wrong is told with its place and the nearest name', (t) => {
  const text = [
    '{',
    '  "protocol": "openai-chatt",',
    '  "baseUrl": "https://llm.example.com/v1",',
    '  "keyVariable": ["K"],',
    '  "quirks": [',
    '    { "kind": "token-limits", "field": "max_tokens", "source": "x" },',
    '    { "kind": "cache-rules", "prefix": "automatic", "minToken": 5, "source": "x" }',
    '  ]',
    '}',
  ].join('\n');
  assert.deepEqual(wrong(t, 'mine.json', text), [
    'mine.json:2:15: protocol: "openai-chatt" is not one of the values that may stand here. Did you mean "openai-chat"?',
    'mine.json:4:3: unknown key "keyVariable". Did you mean "keyVariables"?',
    'mine.json:6:15: quirks[0].kind: is not a kind that is known here. Did you mean "token-limit"?',
    'mine.json:7:53: quirks[1]: unknown key "minToken". Did you mean "minTokens"?',
  ]);
});

test('text that is no JSON, and an id that is not the name of the file', (t) => {
  assert.deepEqual(wrong(t, 'mine.json', '{\n  "protocol": "openai-chat"\n  "baseUrl": "x"\n}'), [
    'mine.json:3:3: no valid JSON. Look for a comma, a quote or a bracket that is missing there or before.',
  ]);
  assert.match(wrong(t, 'mine.json', SMALL.replace('{', '{ "id": "other",'))[0] ?? '', /^mine\.json:1:9: id: "other"/);
});

test('a name that is no id, and a file that is not there, are missing', (t) => {
  const { home } = setup(t, undefined);
  assert.equal(presetsOf(home).find('../x').state, 'missing');
  assert.equal(presetsOf(home).find('nowhere').state, 'missing');
  assert.equal(presetsOf(home).find('deepseek').state, 'found');
});
