import { isJsonObject, parseJson } from '../../ir/json.ts';
import type { WrittenCall } from './written-call.ts';

/** `<function=NAME>` with `<parameter=KEY>` inside, or with the JSON of all arguments. */
const FUNCTION = /<function=([^>\s]+)>([\s\S]*?)<\/function>/g;
const PARAMETER = /<parameter=([^>\s]+)>([\s\S]*?)<\/parameter>/g;
/** `<invoke name="NAME">` with `<parameter name="KEY">` inside, or with an element for each argument. */
const INVOKE = /<invoke\s+name="([^"]+)"\s*>([\s\S]*?)<\/invoke>/g;
const NAMED = /<parameter\s+name="([^"]+)"(?:\s+string="(true|false)")?\s*>([\s\S]*?)<\/parameter>/g;
const ELEMENT = /<([A-Za-z_][\w.-]*)>([\s\S]*?)<\/\1>/g;
/** The name, then pairs of `<arg_key>` and `<arg_value>`. */
const PAIR = /<arg_key>([\s\S]*?)<\/arg_key>\s*<arg_value>([\s\S]*?)<\/arg_value>/g;

/** Every call between the tags of the whole, and nothing but them. Each is undefined where it is not in this form. */
export function functionCalls(text: string): readonly WrittenCall[] | undefined {
  return allOf(text, FUNCTION, (name, inside) => {
    const json = parseJson(inside);
    if (isJsonObject(json)) return { name, input: json };
    const found = pairsOf(inside, PARAMETER);
    return found === undefined ? undefined : { name, input: {}, texts: found };
  });
}

export function invokeCalls(text: string): readonly WrittenCall[] | undefined {
  return allOf(text, INVOKE, (name, inside) => {
    const input: { [name: string]: string } = {};
    const texts: { [name: string]: string } = {};
    const rest = inside.replace(NAMED, (_, key: string, isString: string | undefined, value: string) => {
      if (isString === 'true') input[key] = value;
      else texts[key] = withoutBreaks(value);
      return '';
    });
    const elements = pairsOf(rest, ELEMENT);
    return elements === undefined ? undefined : { name, input, texts: { ...texts, ...elements } };
  });
}

export function pairCall(text: string): WrittenCall | undefined {
  const name = /^\s*([\w.-]+)/.exec(text);
  if (name?.[1] === undefined) return undefined;
  const found = pairsOf(text.slice(name[0].length), PAIR);
  return found === undefined ? undefined : { name: name[1], input: {}, texts: found };
}

/** @returns undefined where something stands between the matches. */
function allOf(
  text: string,
  pattern: RegExp,
  read: (name: string, inside: string) => WrittenCall | undefined,
): readonly WrittenCall[] | undefined {
  const calls: (WrittenCall | undefined)[] = [];
  const rest = text.replace(pattern, (_, name: string, inside: string) => {
    calls.push(read(name, inside));
    return '';
  });
  if (rest.trim() !== '' || calls.length === 0) return undefined;
  const found = calls.filter((call) => call !== undefined);
  return found.length === calls.length ? found : undefined;
}

function pairsOf(text: string, pattern: RegExp): { readonly [name: string]: string } | undefined {
  const pairs: { [name: string]: string } = {};
  const rest = text.replace(pattern, (_, name: string, value: string) => {
    pairs[name.trim()] = withoutBreaks(value);
    return '';
  });
  return rest.trim() === '' ? pairs : undefined;
}

/** The line break behind the opening tag and the one before the closing tag belong to neither. */
function withoutBreaks(value: string): string {
  return value.replace(/^\r?\n/, '').replace(/\r?\n$/, '');
}
