import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Model } from '../../providers/provider.ts';
import { testProvider } from '../../providers/testing/provider.ts';
import { localModel, readArguments } from './local-model.ts';

const model = (slug: string, upstreamId: string, provider = testProvider({ local: true })): Model => ({
  slug,
  displayName: slug,
  provider,
  upstreamId,
  facts: {},
  listed: true,
});
const cloud = testProvider({ id: 'cloud' });
const ollama = testProvider({ id: 'box', preset: 'ollama', local: true });
const studio = testProvider({ id: 'lmstudio', preset: 'lmstudio', local: true });
const MODELS = [
  model('far', 'far', cloud),
  model('small', 'qwen2.5-coder:3b', ollama),
  model('gpt-oss', 'gpt-oss:20b', ollama),
  model('studio', 'openai/gpt-oss-20b', studio),
];

test('without --oss the arguments stay as they are', () => {
  const args = ['exec', '-m', 'x', '--', '--oss'];
  assert.deepEqual(readArguments(args), { rest: args, oss: false });
});

test('--oss takes its options out, wherever and however they stand', () => {
  assert.deepEqual(readArguments(['exec', '--oss', '-m', 'x', 'say --oss']), {
    rest: ['exec', 'say --oss'],
    oss: true,
    model: 'x',
  });
  assert.deepEqual(readArguments(['--local-provider=ollama', '--model=y', '-C', '.', '--', '-m', 'z']), {
    rest: ['-C', '.', '--', '-m', 'z'],
    oss: true,
    localProvider: 'ollama',
    model: 'y',
  });
  assert.throws(() => readArguments(['--oss', '-m']), /-m needs a value/);
});

test('the default where it is local, else the first local one', () => {
  assert.equal(localModel(MODELS, 'gpt-oss', undefined, undefined), 'gpt-oss');
  assert.equal(localModel(MODELS, 'far', undefined, undefined), 'small');
  assert.equal(localModel(MODELS, 'far', undefined, 'lmstudio'), 'studio');
});

test('a model is named by its slug, or as its server calls it', () => {
  assert.equal(localModel(MODELS, 'far', 'studio', undefined), 'studio');
  assert.equal(localModel(MODELS, 'far', 'gpt-oss:20b', 'ollama'), 'gpt-oss');
});

test('what is not there is refused, with the mend', () => {
  assert.throws(() => localModel([], 'far', undefined, undefined), /No model of a local provider.*plugboard init/);
  assert.throws(
    () => localModel(MODELS, 'far', 'far', undefined),
    /far is no model of a local provider.*small, gpt-oss/,
  );
  assert.throws(() => localModel(MODELS, 'far', 'small', 'lmstudio'), /provider lmstudio. There is: studio/);
});
