import type { PseudoCallForm } from '../../ir/dialect.ts';
import { jsonCalls, withoutFence } from './read-json.ts';
import { functionCalls, invokeCalls, pairCall } from './read-markup.ts';
import { deepseek, kimi, mistral } from './read-tokens.ts';
import { INCOMPLETE, type Reading, readingOf, type WrittenCall } from './written-call.ts';

/** One way in which models write calls into their text.
 *  @property first   the characters that it can begin with.
 *  @property begins  does a text begin with it?
 *  @property where   it counts: at the beginning of a line; where the text begins; or `anywhere`, since it is a token of
 *                    the model's own that no prose holds.
 *  @property closes  what the end of a call holds: only where it came is the text read.
 *  @property read    @param isWhole  no more text will come: what is obligatory at the end may be missing, since servers
 *                    swallow it. */
export type Form = {
  readonly first: string;
  readonly begins: (text: string) => 'yes' | 'maybe' | 'no';
  readonly where: 'line' | 'text' | 'anywhere';
  readonly closes: RegExp;
  readonly read: (text: string, isWhole: boolean) => Reading;
};

const MINIMAX = ']<]minimax[>[';
const FENCE = '```';
const NEVER = /(?!)/;

/** The first member says whether an object may be a call: that of most data is another. */
const FIRST_MEMBER = String.raw`[\s[{]*"(?:name|arguments|parameters|args|function|type|id)"`;
const LONGEST_START = 64;

export const FORMS: { readonly [F in PseudoCallForm]: readonly Form[] } = {
  json: [
    // Alone: the whole answer.
    {
      first: '{[',
      begins: startsJson('[[{]'),
      where: 'text',
      closes: NEVER,
      read: (text, isWhole) => (isWhole ? readingOf(jsonCalls(text), text.length) : INCOMPLETE),
    },
    // In a fence that ends the answer.
    {
      first: '`',
      begins: startsJson('```[a-z]*[ \\t]*\\r?\\n\\s*[[{]'),
      where: 'line',
      closes: /```/,
      read: fenced,
    },
  ],
  // Hermes, Qwen: {"name", "arguments"}; Qwen3-Coder: <function=NAME>; GLM: NAME and <arg_key> inside.
  'tool-call-tags': [
    {
      ...marked('<tool_call>'),
      where: 'line',
      closes: /<\/tool_call>/,
      read: between('</tool_call>', (inside) => jsonCalls(inside) ?? functionCalls(inside) ?? one(pairCall(inside))),
    },
  ],
  // Qwen3-Coder, when it forgets <tool_call>, and Llama 3.1.
  'function-tags': [
    {
      ...marked('<function='),
      where: 'line',
      closes: /<\/function>/,
      read: between('</function>', functionCalls, true),
    },
  ],
  // Llama 3.
  'python-tag': [
    {
      ...marked('<|python_tag|>'),
      where: 'anywhere',
      closes: NEVER,
      read: (text, isWhole) =>
        isWhole ? readingOf(jsonCalls(text.slice('<|python_tag|>'.length)), text.length) : INCOMPLETE,
    },
  ],
  // Mistral: [TOOL_CALLS][{...}] of old, [TOOL_CALLS]NAME[ARGS]{...} or [TOOL_CALLS]NAME{...} now.
  'bracket-token': [{ ...marked('[TOOL_CALLS]'), where: 'anywhere', closes: /[}\]]/, read: mistral }],
  // DeepSeek V3 and V3.1.
  'deepseek-tokens': [
    {
      ...marked('<｜tool▁calls▁begin｜>', '<｜tool▁call▁begin｜>'),
      where: 'anywhere',
      closes: /<｜tool▁calls▁end｜>/,
      read: between('<｜tool▁calls▁end｜>', deepseek),
    },
  ],
  // DeepSeek V3.2 and later.
  dsml: [
    {
      ...marked('<｜DSML｜', '<｜｜DSML｜｜'),
      where: 'anywhere',
      closes: /<\/｜+DSML｜+ ?\w+>/,
      read: (text, isWhole) => readInvokes(text, (tag) => tag.replace(/<(\/?)｜+DSML｜+ ?/g, '<$1'), isWhole),
    },
  ],
  // Kimi K2.
  'kimi-tokens': [
    {
      ...marked('<|tool_calls_section_begin|>', '<|tool_call_begin|>'),
      where: 'anywhere',
      closes: /<\|tool_calls_section_end\|>/,
      read: between('<|tool_calls_section_end|>', kimi),
    },
  ],
  // MiniMax M2, and others that follow Claude's old form.
  'invoke-tags': [
    {
      ...marked('<minimax:tool_call>', '<function_calls>', '<invoke name='),
      where: 'line',
      closes: /<\/(?:minimax:tool_call|function_calls|invoke)>/,
      read: (text, isWhole) => readInvokes(text, (tag) => tag, isWhole),
    },
  ],
  // MiniMax M3, whose token stands before each tag.
  'minimax-token': [
    {
      ...marked(MINIMAX),
      where: 'anywhere',
      closes: /<\/(?:tool_call|invoke)>/,
      read: (text, isWhole) => readInvokes(text, (tag) => tag.replaceAll(MINIMAX, ''), isWhole),
    },
  ],
};

function marked(...marks: readonly string[]): Pick<Form, 'first' | 'begins'> {
  return {
    first: marks.map((mark) => mark.charAt(0)).join(''),
    begins: (text) => {
      if (marks.some((mark) => text.startsWith(mark))) return 'yes';
      return marks.some((mark) => mark.startsWith(text)) ? 'maybe' : 'no';
    },
  };
}

function startsJson(opening: string): Form['begins'] {
  const whole = new RegExp(`^${opening}${FIRST_MEMBER}`);
  const half =
    /^(?:`{1,3}[a-z]*[ \t]*\r?|```[a-z]*[ \t]*\r?\n\s*)?$|^(?:```[a-z]*[ \t]*\r?\n\s*)?[[{][\s[{]*(?:"[a-z]*)?$/;
  return (text) => {
    if (whole.test(text)) return 'yes';
    return text.length < LONGEST_START && half.test(text) ? 'maybe' : 'no';
  };
}

function fenced(text: string, isWhole: boolean): Reading {
  const stop = text.indexOf(FENCE, FENCE.length);
  if (stop === -1 && !isWhole) return INCOMPLETE;
  const end = stop === -1 ? text.length : stop + FENCE.length;
  const calls = text.slice(end).trim() === '' ? jsonCalls(withoutFence(text.slice(0, end))) : undefined;
  if (calls === undefined) return { state: 'text', end };
  return isWhole ? readingOf(calls, text.length) : INCOMPLETE;
}

type Inside = (inside: string) => readonly WrittenCall[] | undefined;

/** @param keepsTags  the reader wants the tags too. */
function between(close: string, inside: Inside, keepsTags = false): Form['read'] {
  return (text, isWhole) => {
    const stop = text.indexOf(close);
    if (stop === -1 && !isWhole) return INCOMPLETE;
    const end = stop === -1 ? text.length : stop + close.length;
    const body = keepsTags ? text.slice(0, end) : text.slice(openingEnd(text), stop === -1 ? undefined : stop);
    return readingOf(inside(body), end);
  };
}

/** The tag is no part of the inside; a token that begins a single call is, since its reader looks for it. */
function openingEnd(text: string): number {
  return /^<(?:tool_call|｜tool▁calls▁begin｜|\|tool_calls_section_begin\|)>/.exec(text)?.[0].length ?? 0;
}

const WRAPPER = /^\s*<([\w:]*calls|minimax:tool_call|tool_call)>/;

/** @param plain  takes the model's own marks out of the tags. */
function readInvokes(text: string, plain: (text: string) => string, isWhole: boolean): Reading {
  const wrapper = WRAPPER.exec(plain(text))?.[1];
  const closing = new RegExp(`<\\/(?:｜+DSML｜+ ?)?${wrapper ?? 'invoke'}>`);
  const close = closing.exec(text);
  if (close === null && !isWhole) return INCOMPLETE;
  const end = close === null ? text.length : close.index + close[0].length;
  const inside = plain(text.slice(0, end));
  const stripped = wrapper === undefined ? inside : inside.replace(WRAPPER, '').replace(`</${wrapper}>`, '');
  return readingOf(invokeCalls(stripped), end);
}

function one(call: WrittenCall | undefined): readonly WrittenCall[] | undefined {
  return call === undefined ? undefined : [call];
}
