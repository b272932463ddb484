/** Every reply in the fixtures, whatever protocol it came in, as a client of the Messages API sees it: byte for byte
 *  where a golden file lies beside it, and always as the judge demands. `GOLDEN=write node --test test/golden-messages.test.ts`
 *  writes them anew after a change of the events: the diff is the review. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { InferenceEvent } from '../src/ir/event.ts';
import { ingress } from '../src/protocols/anthropic-messages/ingress.ts';
import { encodeSse } from '../src/wire/sse.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const JUDGE = join(ROOT, '../shared/judge/validate-anthropic.mjs');
const GOLDEN = 'client.anthropic-messages.sse';

const echo = ingress.decodeRequest({
  model: 'slug',
  max_tokens: 1,
  messages: [{ role: 'user', content: 'Go.' }],
}).value;

function asClientSees(events: readonly InferenceEvent[]): string {
  const encoder = ingress.encodeStream({ echo, caller: { id: 'local' }, responseId: 'fixture', createdAt: 0 });
  return [...events.flatMap((event) => [...encoder.push(event)]), ...encoder.end()].map(encodeSse).join('');
}

/** What the model itself wrote, and a failure of its provider, are passed on honestly. */
const IGNORED = 'DELTA_FFFD,TOOL_INPUT,USAGE_ZERO';

const folder = mkdtempSync(join(tmpdir(), 'plugboard-golden-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const streams = globSync('fixtures/*/*/events.jsonl', { cwd: ROOT })
  .sort()
  .map((file) => {
    const lines = readFileSync(join(ROOT, file), 'utf8').trim().split('\n');
    const events: readonly InferenceEvent[] = lines.map((line) => JSON.parse(line));
    return { name: dirname(file).replaceAll('\\', '/').slice('fixtures/'.length), text: asClientSees(events) };
  });

for (const { name, text } of streams) {
  const golden = join(ROOT, 'fixtures', name, GOLDEN);
  if (process.env['GOLDEN'] === 'write') writeFileSync(golden, text);
  if (existsSync(golden)) test(name, () => assert.equal(text, readFileSync(golden, 'utf8')));
}

test('the judge finds nothing in any of them', () => {
  assert.ok(streams.length > 90, String(streams.length));
  if (!existsSync(JUDGE)) {
    console.log('not run: the judge of the fixtures because ../shared is missing');
    return;
  }
  const files = streams.map(({ name, text }) => {
    const file = join(folder, `${name.replaceAll('/', '-')}.sse`);
    writeFileSync(file, text);
    return file;
  });
  const flags = ['--strict', '--allow-failed', '--ignore', IGNORED];
  const run = spawnSync(process.execPath, [JUDGE, ...flags, ...files], { encoding: 'utf8', maxBuffer: 1 << 26 });
  assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
});
