import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../src/ir/json.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/codex/captures/', import.meta.url));

/** Two requests of one thread, one after the other.
 *  @property changed  what Codex itself did other than add to the history: no prefix can be kept then. */
export type TurnPair = {
  readonly name: string;
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly changed?: string;
};

/** Every pair of successive requests in the recorded sessions of Codex; undefined where there are none. */
export function recordedPairs(): readonly TurnPair[] | undefined {
  if (!existsSync(FOLDER)) return undefined;
  return readdirSync(FOLDER)
    .filter((name) => /^\d/.test(name))
    .flatMap((folder) => [...threadsOf(folder).values()].flatMap((bodies) => pairsOf(folder, bodies)));
}

type Numbered = { readonly number: number; readonly body: JsonObject };

function threadsOf(folder: string): ReadonlyMap<string, readonly Numbered[]> {
  const threads = new Map<string, Numbered[]>();
  const numbers = readdirSync(FOLDER + folder).flatMap((file) => /^request-(\d+)\.json$/.exec(file)?.[1] ?? []);
  for (const number of numbers.map(Number).sort((a, b) => a - b)) {
    const call = parseJson(readFileSync(`${FOLDER}${folder}/request-${number}.json`, 'utf8'));
    if (!isJsonObject(call) || call['method'] !== 'POST' || !/\/responses\b/.test(String(call['path']))) continue;
    const { body, headers } = call;
    if (!isJsonObject(body) || !Array.isArray(body['input']) || !isJsonObject(headers)) continue;
    const thread = String(headers['thread-id']);
    threads.set(thread, [...(threads.get(thread) ?? []), { number, body }]);
  }
  return threads;
}

function pairsOf(folder: string, bodies: readonly Numbered[]): readonly TurnPair[] {
  return bodies.slice(1).map((after, index) => {
    const before = bodies[index] ?? after;
    const changed = whatCodexChanged(before.body, after.body);
    const name = `${folder} ${before.number}-${after.number}`;
    return { name, before: before.body, after: after.body, ...(changed === undefined ? {} : { changed }) };
  });
}

function whatCodexChanged(before: JsonObject, after: JsonObject): string | undefined {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const members = [...names].filter(
    (name) =>
      name !== 'input' && name !== 'client_metadata' && JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  if (members.length > 0) return `Codex changed ${members.join(', ')}`;
  const [earlier, later] = [itemsOf(before), itemsOf(after)];
  if (!earlier.every((item, at) => JSON.stringify(item) === JSON.stringify(later[at]))) return 'Codex compacted';
  return undefined;
}

/** What a tool search brought in the items that are new: it is offered from then on. */
export function findsTools({ before, after }: TurnPair): boolean {
  return itemsOf(after)
    .slice(itemsOf(before).length)
    .some((item) => item['type'] === 'tool_search_output' && Array.isArray(item['tools']) && item['tools'].length > 0);
}

/** The new items end in the request for a compaction. */
export function asksToCompact({ after }: TurnPair): boolean {
  return itemsOf(after).at(-1)?.['type'] === 'compaction_trigger';
}

export function itemsOf(body: JsonObject): readonly JsonObject[] {
  const input: Json | undefined = body['input'];
  return Array.isArray(input) ? input.filter(isJsonObject) : [];
}
