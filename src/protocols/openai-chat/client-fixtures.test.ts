import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { InferenceEvent } from '../../ir/event.ts';
import { foldEvents, type ReplyPart } from '../../ir/response.ts';
import { encodeSse } from '../../wire/sse.ts';
import type { ToolNames } from '../tool-names.ts';
import { decodeStream } from './decode-stream.ts';
import { encodeStream } from './encode-stream.ts';
import { replyTo } from './testing/reply-context.ts';

/** The events of every upstream fixture, as a client of this protocol sees them: `client.openai-chat.sse`, where it stands beside them. */
const root = fileURLToPath(new URL('../../../fixtures/', import.meta.url));

const cases = readdirSync(root).flatMap((protocol) =>
  readdirSync(join(root, protocol))
    .map((name) => join(protocol, name))
    .filter((name) => existsSync(join(root, name, 'events.jsonl'))),
);

function eventsOf(name: string): readonly InferenceEvent[] {
  const lines = readFileSync(join(root, name, 'events.jsonl'), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line): InferenceEvent => JSON.parse(line));
}

function asClientSees(events: readonly InferenceEvent[]): string {
  const encoder = encodeStream(replyTo({ reply: { usage: true } }));
  return [...events.flatMap((event) => [...encoder.push(event)]), ...encoder.end()].map(encodeSse).join('');
}

for (const name of cases) {
  const file = join(root, name, 'client.openai-chat.sse');
  test(`${name}: the reply is encoded for clients of Chat Completions`, { skip: !existsSync(file) }, () => {
    assert.equal(asClientSees(eventsOf(name)), readFileSync(file, 'utf8'));
  });

  test(`${name}: what a client sees is what the model said`, () => {
    const events = eventsOf(name);
    const decoder = decodeStream({ names: toolsIn(events), callId: (given) => given ?? '' });
    const again = [...decoder.push(Buffer.from(asClientSees(events))), ...decoder.end()];
    const said = foldEvents(events);
    const heard = foldEvents(again);
    assert.equal(heard.ok, said.ok);
    if (!said.ok || !heard.ok) return;
    assert.deepEqual(heard.response.usage, said.response.usage ?? undefined);
    for (const type of ['text', 'refusal', 'reasoning', 'tool-call'] as const) {
      const separator = '\n\n';
      assert.deepEqual(spoken(heard.response.parts, type, ''), spoken(said.response.parts, type, separator), type);
    }
  });
}

/** Everything of one type, blocks joined. */
function spoken(parts: readonly ReplyPart[], type: ReplyPart['type'], separator: string): readonly string[] {
  const texts = parts.flatMap((part) => {
    if (part.type !== type) return [];
    if (part.type === 'tool-call') return [`${part.callId} ${part.kind} ${part.input}`];
    if (part.type === 'reasoning') return part.texts.length === 0 ? [] : [part.texts.join('\n\n')];
    return part.type === 'opaque' || part.text === '' ? [] : [part.text];
  });
  return type === 'tool-call' ? texts : [texts.join(separator)];
}

/** The tools that the model called, as the request had offered them. */
function toolsIn(events: readonly InferenceEvent[]): Pick<ToolNames, 'lookup'> {
  const kinds = new Map(
    events.flatMap((event) => (event.type === 'tool-call-start' ? [[event.name.name, event.kind] as const] : [])),
  );
  return { lookup: (name) => ({ kind: kinds.get(name) ?? 'function', name: { name } }) };
}
