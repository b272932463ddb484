import assert from 'node:assert/strict';
import { test } from 'node:test';
import { thinkTags } from './think-tags.ts';

function split(pieces: readonly string[]): string {
  const parts: string[] = [];
  const sink = {
    text: (text: string) => parts.push(...[...text].map((character) => `t${character}`)),
    reasoning: (text: string) => parts.push(...[...text].map((character) => `r${character}`)),
  };
  const tags = thinkTags();
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

const CASES: readonly (readonly [string, string])[] = [
  ['<think>one</think>\n\ntwo', 'r:one|t:two'],
  ['\n<think>\none </thin </think>two', 'r:\none </thin |t:two'],
  ['no tag', 't:no tag'],
  ['the tag <think> in text', 't:the tag <think> in text'],
  ['<thin', 't:<thin'],
  ['<think>cut </thi', 'r:cut </thi'],
  ['<think></think>text', 't:text'],
  ['a < b', 't:a < b'],
  ['', ''],
];

for (const [text, expected] of CASES) {
  test(`think tags, whatever the split: ${JSON.stringify(text)}`, () => {
    assert.equal(split([text]), expected);
    assert.equal(split([...text]), expected);
    for (let at = 1; at < text.length; at += 1) {
      assert.equal(split([text.slice(0, at), text.slice(at)]), expected);
    }
  });
}
