import assert from 'node:assert/strict';
import { isJsonObject, type Json, type JsonObject } from '../../src/ir/json.ts';
import type { Told } from './case.ts';

/** The value at a path of names and numbers: `messages.2.content`. */
export function at(value: Json | undefined, path: string): Json | undefined {
  let inner: Json | undefined = value;
  for (const step of path.split('.')) {
    if (Array.isArray(inner)) inner = inner[Number(step)];
    else if (isJsonObject(inner)) inner = inner[step];
    else return undefined;
  }
  return inner;
}

export function objectsAt(value: Json | undefined, path: string): readonly JsonObject[] {
  const list = at(value, path);
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

/** The names of the tools in a Chat Completions body. */
export function toolNames(body: JsonObject): readonly (Json | undefined)[] {
  return objectsAt(body, 'tools').map((tool) => at(tool, 'function.name'));
}

/** The finished items of a Responses stream, or of a unary reply. */
export function itemsOf({ last }: Told): readonly JsonObject[] {
  return objectsAt(last, last['object'] === 'response' ? 'output' : 'response.output');
}

/** All the text that a Responses client was told. */
export function textOf(told: Told): string {
  return itemsOf(told)
    .flatMap((item) => objectsAt(item, 'content'))
    .map((part) => part['text'] ?? part['refusal'])
    .join('');
}

/** Name and arguments of the calls that a Responses client was told, in order. */
export function callsOf(told: Told): readonly (readonly (Json | undefined)[])[] {
  return itemsOf(told)
    .filter((item) => item['type'] === 'function_call')
    .map((item) => [item['name'], item['arguments']]);
}

export function usageOf(told: Told): JsonObject {
  const usage = at(told.last, 'response.usage');
  assert.ok(isJsonObject(usage));
  return usage;
}

/** A stream that failed in its middle says why and never passes for whole. */
export function assertFailed(told: Told, code: string): void {
  assert.equal(told.last['type'], 'response.failed', told.text.slice(-600));
  assert.equal(at(told.last, 'response.error.code'), code);
}
