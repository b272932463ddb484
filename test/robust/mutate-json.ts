import { isJsonObject, type Json } from '../../src/ir/json.ts';
import type { Random } from './random.ts';

/** Values that break what expects another: JSON texts, so that they may hold what no value can (`__proto__` as a member,
 *  one member twice, numbers out of range). */
const STRANGE: readonly [string, ...string[]] = [
  'null',
  'true',
  '0',
  '-1',
  '1e9',
  '1e400',
  '9007199254740993',
  '0.1',
  '"1"',
  '""',
  '" "',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00x"',
  '"</think>"',
  '"<think>"',
  '"NaN"',
  '"constructor"',
  '"__proto__"',
  '"}"',
  '"{\\"input\\":\\"x"',
  '[]',
  '{}',
  '[null]',
  '[[]]',
  '{"toString":1,"valueOf":1}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"type":"text","type":"image","text":"x"}',
  '{"name":"x","arguments":{"a":[1,{}]}}',
  '[{"type":"text","text":"x"}]',
  `"${'a'.repeat(70_000)}"`,
  `"${' \\n'.repeat(3_000)}"`,
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`,
  `[${'{},'.repeat(5_000)}{}]`,
];

const NAMES: readonly [string, ...string[]] = [
  '__proto__',
  'constructor',
  'toString',
  '',
  'type',
  'index',
  'id',
  'error',
];

const HOLE = '@@hole@@';

/** JSON text with one value or member of it changed. Text that is no JSON comes back as it is, and so does one that is
 *  nested too deeply to be written again. */
export function mutateJson(text: string, random: Random): string {
  try {
    const value: Json = JSON.parse(text);
    const places = placesIn(value);
    const place = places[random.below(places.length)];
    if (place === undefined) return random.pick(STRANGE);
    const hole = JSON.stringify(changed(value, place, random));
    return hole.replace(`"${HOLE}"`, () => random.pick(STRANGE));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return text;
    throw error;
  }
}

type Place = readonly (string | number)[];

/** Where something can be changed, down to a depth at which nothing is ever read. */
function placesIn(value: Json, at: Place = [], found: Place[] = []): readonly Place[] {
  if (at.length > 12 || found.length > 2_000) return found;
  if (Array.isArray(value)) for (const [index, inner] of value.entries()) visit(inner, [...at, index], found);
  else if (isJsonObject(value))
    for (const [key, inner] of Object.entries(value)) visit(inner ?? null, [...at, key], found);
  return found;
}

function visit(value: Json, at: Place, found: Place[]): void {
  found.push(at);
  placesIn(value, at, found);
}

function changed(value: Json, [key, ...rest]: Place, random: Random): Json {
  if (Array.isArray(value) && typeof key === 'number') {
    if (rest.length > 0) return value.map((each, index) => (index === key ? changed(each, rest, random) : each));
    const list = [...value];
    switch (random.below(4)) {
      case 0:
        return list.toSpliced(key, 1);
      case 1:
        return list.toSpliced(key, 0, list[random.below(list.length)] ?? null);
      default:
        return list.with(key, HOLE);
    }
  }
  if (!isJsonObject(value) || key === undefined) return HOLE;
  const entries = Object.entries(value);
  if (rest.length > 0) {
    return Object.fromEntries(
      entries.map(([name, each]) => [name, name === key ? changed(each ?? null, rest, random) : each]),
    );
  }
  switch (random.below(5)) {
    case 0:
      return Object.fromEntries(entries.filter(([name]) => name !== key));
    case 1:
      return Object.fromEntries(entries.map(([name, each]) => [name === key ? random.pick(NAMES) : name, each]));
    case 2: {
      const other = entries[random.below(entries.length)]?.[1] ?? null;
      return Object.fromEntries(entries.map(([name, each]) => [name, name === key ? other : each]));
    }
    default:
      return Object.fromEntries(entries.map(([name, each]) => [name, name === key ? HOLE : each]));
  }
}
