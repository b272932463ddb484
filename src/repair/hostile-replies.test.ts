import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PseudoCallForm } from '../ir/dialect.ts';
import type { InferenceEvent } from '../ir/event.ts';
import type { JsonObject } from '../ir/json.ts';
import { mendArguments } from './mend-arguments.ts';
import { mendCalls } from './mend-calls.ts';
import { callFinder } from './pseudo/find-calls.ts';
import { stopTexts } from './stop-texts.ts';
import { toolSchemas } from './tool-schemas.ts';

/** Characters: less than the repairs would leave unseen. */
const SIZE = 900_000;
/** Every case takes less than a second on an idle machine. What looks at a text again from each of its places takes many
 *  minutes. */
const BOUND_MS = 20_000;

const filled = (start: string, piece: string, end: string): string =>
  start + piece.repeat(Math.floor(SIZE / piece.length)) + end;

function swift(name: string, run: () => void): void {
  test(`a gateway that reads ${name} is not held up`, () => {
    const begun = performance.now();
    run();
    assert.ok(performance.now() - begun < BOUND_MS, `${performance.now() - begun} ms`);
  });
}

const ARGUMENTS: { readonly [name: string]: string } = {
  'spaces before arguments': filled('', ' ', 'x'),
  'spaces in a fence': filled('```json\n{"a":1', ' ', 'x'),
  'spaces in a string that was cut': filled('{"a":"', ' ', 'x'),
  'a comma before each bracket': filled('{"a":[', '[1,],', ']}'),
  'a string within a string': JSON.stringify(filled('{"a":"', 'y', '",}')),
};
for (const [name, text] of Object.entries(ARGUMENTS)) swift(name, () => void mendArguments(text, null));

swift('a schema of many branches', () => {
  const branches = Array.from({ length: 3_000 }, () => ({ type: 'string' }));
  const items: JsonObject = { anyOf: branches };
  const parameters: JsonObject = { type: 'object', properties: { a: { type: 'array', items } } };
  mendArguments(filled('{"a":[', '{},', '0]}'), parameters);
});

swift('a long list in small pieces', () => {
  const step = mendCalls(toolSchemas([{ kind: 'function', name: { name: 'run' }, parameters: {} }]));
  step.push({ type: 'tool-call-start', callId: 'c', kind: 'function', name: { name: 'run' } });
  let told: readonly InferenceEvent[] = step.push({ type: 'tool-call-delta', input: '{"a":[0' });
  for (let at = 0; at < SIZE / 2; at += 1) told = step.push({ type: 'tool-call-delta', input: ',1' });
  assert.equal(told.length, 1);
});

swift('stop texts without number', () => {
  const step = stopTexts(Array.from({ length: 200_000 }, (_, at) => `stop ${at}`));
  assert.equal(step.push({ type: 'text-delta', text: 'x' }).length, 1);
});

const TEXTS: readonly (readonly [PseudoCallForm, string])[] = [
  ['invoke-tags', filled('<invoke name="x">', '<a>', '</invoke>')],
  ['invoke-tags', filled('', '<invoke name="', '</invoke>')],
  ['function-tags', filled('<function=x>', '<parameter=a>', '</function>')],
  ['function-tags', filled('', '<function=', '</function>')],
  ['tool-call-tags', filled('', '<tool_call>\n', '</tool_call>')],
  ['tool-call-tags', filled('<tool_call>x', '<arg_key>', '</tool_call>')],
  ['kimi-tokens', filled('<|tool_calls_section_begin|>', '<|tool_call_begin|>a', '<|tool_calls_section_end|>')],
  ['deepseek-tokens', filled('<｜tool▁calls▁begin｜>', '<｜tool▁call▁begin｜>a<｜tool▁sep｜>', '<｜tool▁calls▁end｜>')],
  ['bracket-token', filled('', '[TOOL_CALLS]', '{')],
  ['json', filled('```json\n{"name": "a"', ' ', 'x ```')],
  ['dsml', filled('', '<｜DSML｜', '</｜DSML｜invoke>')],
  ['minimax-token', filled('', ']<]minimax[>[', '</invoke>')],
];
for (const [form, text] of TEXTS) {
  swift(`${form} without an end: ${text.slice(0, 40)}`, () => {
    const finder = callFinder([form]);
    const parts = [...finder.push(text), ...finder.end(false)];
    assert.equal(parts.map((part) => part.text).join(''), text);
  });
}

swift('a call that seems to end again and again', () => {
  const finder = callFinder(['bracket-token']);
  finder.push('[TOOL_CALLS]run{"a":[');
  for (let at = 0; at < SIZE / 3; at += 1) finder.push('{},');
  const parts = [...finder.push('{}]}'), ...finder.end(true)];
  assert.deepEqual(
    parts.map((part) => part.type),
    ['calls'],
  );
});
