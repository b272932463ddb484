import assert from 'node:assert/strict';
import { test } from 'node:test';
import { thinkTags } from './think-tags.ts';

function split(pieces: readonly string[], anywhere = false): string {
  const parts: string[] = [];
  const sink = {
    text: (text: string) => parts.push(...[...text].map((character) => `t${character}`)),
    reasoning: (text: string) => parts.push(...[...text].map((character) => `r${character}`)),
  };
  const tags = thinkTags(anywhere);
  for (const piece of pieces) tags.push(piece, sink);
  tags.end(sink);
  let kind = '';
  let joined = '';
  for (const part of parts) {
    if (part[0] !== kind) joined += kind === '' ? `${part[0]}:` : `|${part[0]}:`;
    kind = part[0] ?? '';
    joined += part.slice(1);
  }
  return joined;
}

const CASES: readonly (readonly [string, boolean, string])[] = [
  ['<think>one</think>\n\ntwo', false, 'r:one|t:two'],
  ['\n<think>\none </thin </think>two', false, 'r:\none </thin |t:two'],
  ['no tag', false, 't:no tag'],
  ['the tag <think> in text', false, 't:the tag <think> in text'],
  ['a <think>b</think> c <think>d', true, 't:a |r:b|t:c |r:d'],
  ['<thin', false, 't:<thin'],
  ['<think>cut </thi', false, 'r:cut </thi'],
  ['<think></think>text', false, 't:text'],
  ['a < b', true, 't:a < b'],
  ['', false, ''],
];

for (const [text, anywhere, expected] of CASES) {
  test(`think tags, whatever the split: ${JSON.stringify(text)}`, () => {
    assert.equal(split([text], anywhere), expected);
    assert.equal(split([...text], anywhere), expected);
    for (let at = 1; at < text.length; at += 1) {
      assert.equal(split([text.slice(0, at), text.slice(at)], anywhere), expected);
    }
  });
}
