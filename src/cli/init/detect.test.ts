import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ollamaUrl } from './detect.ts';

test('OLLAMA_HOST in all the forms that Ollama takes', () => {
  const cases: readonly (readonly [string | undefined, string | undefined])[] = [
    [undefined, undefined],
    ['', undefined],
    ['0.0.0.0', 'http://127.0.0.1:11434/v1'],
    [':11500', 'http://127.0.0.1:11500/v1'],
    ['box.lan:11500', 'http://box.lan:11500/v1'],
    ['http://box.lan:11500/', 'http://box.lan:11500/v1'],
    ['https://ollama.example.com', 'https://ollama.example.com/v1'],
    ['not a host', undefined],
  ];
  for (const [host, url] of cases) assert.equal(ollamaUrl({ OLLAMA_HOST: host }), url);
});
