import { jsonCalls, jsonEnd } from './read-json.ts';
import { INCOMPLETE, type Reading, TEXT, type WrittenCall } from './written-call.ts';

const MISTRAL = '[TOOL_CALLS]';
/** The name of the tool, and what may stand between it and its arguments. */
const NAME = /^\s*([\w.-]+)(?:\[CALL_ID\][\w-]*)?(?:\[ARGS\])?\s*(?=\{)/;
const LONGEST_NAME = 256;

export function mistral(text: string, isWhole: boolean): Reading {
  const behind = text.slice(MISTRAL.length);
  const named = NAME.exec(behind);
  if (named === null && !/^\s*[[{]/.test(behind)) return isWhole || behind.length > LONGEST_NAME ? TEXT : INCOMPLETE;
  const start = MISTRAL.length + (named?.[0].length ?? 0);
  const end = jsonEnd(text, start);
  if (end === -1 && !isWhole) return INCOMPLETE;
  const stop = end === -1 ? text.length : end;
  const json = text.slice(start, stop);
  const calls = named?.[1] === undefined ? jsonCalls(json) : [{ name: named[1], input: json }];
  return calls === undefined ? TEXT : { state: 'calls', calls, end: stop };
}

const DEEPSEEK =
  /<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>([\w.-]+)\s*```json\s*([\s\S]*?)\s*```|([\w.-]+)<｜tool▁sep｜>([\s\S]*?))\s*<｜tool▁call▁end｜>/g;

export function deepseek(inside: string): readonly WrittenCall[] | undefined {
  const calls: WrittenCall[] = [];
  const rest = inside.replace(
    DEEPSEEK,
    (_, old: string | undefined, fence: string | undefined, name: string | undefined, json: string | undefined) => {
      calls.push({ name: old ?? name ?? '', input: fence ?? json ?? '' });
      return '';
    },
  );
  return rest.trim() === '' && calls.length > 0 ? calls : undefined;
}

const KIMI =
  /<\|tool_call_begin\|>\s*(?:functions\.)?([\w.-]+?)(?::\d+)?\s*<\|tool_call_argument_begin\|>([\s\S]*?)<\|tool_call_end\|>/g;

export function kimi(inside: string): readonly WrittenCall[] | undefined {
  const calls: WrittenCall[] = [];
  const rest = inside.replace(KIMI, (_, name: string, json: string) => {
    calls.push({ name, input: json });
    return '';
  });
  return rest.trim() === '' && calls.length > 0 ? calls : undefined;
}
