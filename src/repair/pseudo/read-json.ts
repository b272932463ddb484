import { isJsonObject, type Json, parseJson } from '../../ir/json.ts';
import { mendText } from '../mend-text.ts';
import type { WrittenCall } from './written-call.ts';

const FENCE = '```';
const TOKEN = /"(?:[^"\\]|\\[\s\S])*"|[{}[\]]/g;

/** Where the object or array that begins at `from` ends; -1 where it does not. */
export function jsonEnd(text: string, from: number): number {
  let depth = 0;
  TOKEN.lastIndex = from;
  for (let found = TOKEN.exec(text); found !== null; found = TOKEN.exec(text)) {
    const [token] = found;
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    if (depth <= 0) return token === '}' || token === ']' ? TOKEN.lastIndex : -1;
  }
  return -1;
}

/** Calls as JSON objects, one after the other or in an array, with white space, commas or semicolons between them.
 *  @returns undefined where anything else stands there. */
export function jsonCalls(text: string): readonly WrittenCall[] | undefined {
  const calls: WrittenCall[] = [];
  for (let at = skip(text, 0); at < text.length; at = skip(text, at)) {
    const end = text[at] === '{' || text[at] === '[' ? jsonEnd(text, at) : -1;
    const value = parsed(text.slice(at, end === -1 ? undefined : end));
    const found = (Array.isArray(value) ? value : [value]).map(callOf);
    for (const call of found) {
      if (call === undefined) return undefined;
      calls.push(call);
    }
    at = end === -1 ? text.length : end;
  }
  return calls.length === 0 ? undefined : calls;
}

/** What stands in a code fence, whose closing marks may be missing. */
export function withoutFence(text: string): string {
  const inside = text.trim().replace(/^```[a-z]*/, '');
  return (inside.endsWith(FENCE) ? inside.slice(0, -FENCE.length) : inside).trim();
}

function skip(text: string, from: number): number {
  let at = from;
  while (at < text.length && /[\s,;]/.test(text.charAt(at))) at += 1;
  return at;
}

function parsed(text: string): Json | undefined {
  const value = parseJson(text);
  if (value !== undefined) return value;
  const [only, second] = mendText(text);
  return only === undefined || second !== undefined || only.guessesEnd ? undefined : parseJson(only.text);
}

/** `{name, arguments}`, `{name, parameters}`, or the form of the API: `{type: "function", function: {...}}`. */
function callOf(value: Json | undefined): WrittenCall | undefined {
  if (!isJsonObject(value)) return undefined;
  const inner = isJsonObject(value['function']) ? value['function'] : value;
  const name = inner['name'] ?? (typeof value['function'] === 'string' ? value['function'] : undefined);
  const input = inner['arguments'] ?? inner['parameters'] ?? inner['args'];
  if (typeof name !== 'string' || Object.keys(inner).some((key) => !MEMBERS.has(key))) return undefined;
  return typeof input === 'string' || isJsonObject(input) ? { name, input } : undefined;
}

const MEMBERS: ReadonlySet<string> = new Set(['name', 'arguments', 'parameters', 'args', 'type', 'id', 'function']);
