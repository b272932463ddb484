import { jsonCalls, jsonEnd, withoutFence } from './read-json.ts';
import { type ElementRule, elementsOf } from './sequence.ts';
import { INCOMPLETE, type Reading, readingOf, type WrittenCall } from './written-call.ts';

const MISTRAL = '[TOOL_CALLS]';
/** The name of the tool, and what may stand between it and its arguments. */
const NAME = /^\s*([\w.-]+)(?:\[CALL_ID\][\w-]*)?(?:\[ARGS\])?\s*(?=\{)/;
const LONGEST_NAME = 256;

export function mistral(text: string, isWhole: boolean): Reading {
  const behind = text.slice(MISTRAL.length);
  const named = NAME.exec(behind);
  if (named === null && !/^\s*[[{]/.test(behind)) {
    return isWhole || behind.length > LONGEST_NAME ? { state: 'text', end: MISTRAL.length } : INCOMPLETE;
  }
  const start = MISTRAL.length + (named?.[0].length ?? 0);
  const end = jsonEnd(text, start);
  if (end === -1 && !isWhole) return INCOMPLETE;
  const stop = end === -1 ? text.length : end;
  const json = text.slice(start, stop);
  const calls = named?.[1] === undefined ? jsonCalls(json) : [{ name: named[1], input: json }];
  return readingOf(calls, stop);
}

/** V3 with the word `function` and a fence around the arguments, V3.1 without. */
const DEEPSEEK: ElementRule = {
  open: /<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>([\w.-]{1,200})\s*```json|([\w.-]{1,200})<｜tool▁sep｜>)/y,
  close: () => '<｜tool▁call▁end｜>',
};

export function deepseek(inside: string): readonly WrittenCall[] | undefined {
  const calls = elementsOf(inside, [DEEPSEEK])?.map(({ opened, inside: json }) => ({
    name: opened[1] ?? opened[2] ?? '',
    input: opened[1] === undefined ? json : withoutFence(json),
  }));
  return calls?.length === 0 ? undefined : calls;
}

const KIMI: ElementRule = {
  open: /<\|tool_call_begin\|>\s*(?:functions\.)?([\w.-]{1,200})(?::\d{1,9})?\s*<\|tool_call_argument_begin\|>/y,
  close: () => '<|tool_call_end|>',
};

export function kimi(inside: string): readonly WrittenCall[] | undefined {
  const calls = elementsOf(inside, [KIMI])?.map(({ opened, inside: json }) => ({ name: opened[1] ?? '', input: json }));
  return calls?.length === 0 ? undefined : calls;
}
