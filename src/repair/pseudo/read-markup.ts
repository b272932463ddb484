import { isJsonObject, parseJson } from '../../ir/json.ts';
import { type Element, type ElementRule, elementsOf } from './sequence.ts';
import type { WrittenCall } from './written-call.ts';

/** `<function=NAME>` with `<parameter=KEY>` inside, or with the JSON of all arguments. */
const FUNCTION: ElementRule = { open: /<function=([^>\s]{1,200})>/y, close: () => '</function>' };
const PARAMETER: ElementRule = { open: /<parameter=([^>\s]{1,200})>/y, close: () => '</parameter>' };
/** `<invoke name="NAME">` with `<parameter name="KEY">` inside, or with an element for each argument. */
const INVOKE: ElementRule = { open: /<invoke\s+name="([^"]{1,200})"\s*>/y, close: () => '</invoke>' };
const NAMED: ElementRule = {
  open: /<parameter\s+name="([^"]{1,200})"(?:\s+string="(true|false)")?\s*>/y,
  close: () => '</parameter>',
};
const ELEMENT: ElementRule = { open: /<([A-Za-z_][\w.-]{0,200})>/y, close: (opened) => `</${opened[1] ?? ''}>` };
/** The name, then pairs of `<arg_key>` and `<arg_value>`. */
const KEY: ElementRule = { open: /<arg_key>/y, close: () => '</arg_key>' };
const VALUE: ElementRule = { open: /<arg_value>/y, close: () => '</arg_value>' };

/** Every call between the tags of the whole, and nothing but them. Each is undefined where it is not in this form. */
export function functionCalls(text: string): readonly WrittenCall[] | undefined {
  return callsOf(elementsOf(text, [FUNCTION]), ({ opened, inside }) => {
    const name = opened[1] ?? '';
    const json = parseJson(inside);
    if (isJsonObject(json)) return { name, input: json };
    const parameters = elementsOf(inside, [PARAMETER]);
    return parameters === undefined ? undefined : { name, input: {}, texts: textsOf(parameters) };
  });
}

export function invokeCalls(text: string): readonly WrittenCall[] | undefined {
  return callsOf(elementsOf(text, [INVOKE]), ({ opened, inside }) => {
    const members = elementsOf(inside, [NAMED, ELEMENT]);
    if (members === undefined) return undefined;
    const isString = (member: Element): boolean => member.opened[2] === 'true';
    const input = Object.fromEntries(members.filter(isString).map((one) => [one.opened[1] ?? '', one.inside]));
    return { name: opened[1] ?? '', input, texts: textsOf(members.filter((one) => !isString(one))) };
  });
}

export function pairCall(text: string): WrittenCall | undefined {
  const name = /^\s*([\w.-]+)/.exec(text);
  if (name?.[1] === undefined) return undefined;
  const elements = elementsOf(text.slice(name[0].length), [KEY, VALUE]);
  if (elements === undefined || elements.length % 2 === 1) return undefined;
  const texts: { [name: string]: string } = {};
  for (const [index, { opened, inside }] of elements.entries()) {
    const key = elements[index - 1];
    if ((opened[0] === '<arg_key>') !== (index % 2 === 0)) return undefined;
    if (index % 2 === 1 && key !== undefined) texts[key.inside.trim()] = withoutBreaks(inside);
  }
  return { name: name[1], input: {}, texts };
}

function callsOf(
  elements: readonly Element[] | undefined,
  read: (element: Element) => WrittenCall | undefined,
): readonly WrittenCall[] | undefined {
  const calls = elements?.map(read) ?? [];
  const found = calls.filter((call) => call !== undefined);
  return calls.length > 0 && found.length === calls.length ? found : undefined;
}

function textsOf(elements: readonly Element[]): { readonly [name: string]: string } {
  return Object.fromEntries(elements.map(({ opened, inside }) => [opened[1] ?? '', withoutBreaks(inside)]));
}

/** The line break behind the opening tag and the one before the closing tag belong to neither. */
function withoutBreaks(value: string): string {
  return value.replace(/^\r?\n/, '').replace(/\r?\n$/, '');
}
