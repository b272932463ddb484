import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../src/ir/json.ts';
import { makeEnvelope } from '../src/protocols/envelope.ts';
import { ingress } from '../src/protocols/openai-responses/ingress.ts';
import { protocolById } from '../src/protocols/registry.ts';
import { asksToCompact, findsTools, itemsOf, recordedPairs, type TurnPair } from './prefix/captures.ts';
import { DEPLOYMENTS, type Deployment } from './prefix/deployments.ts';
import { keepsPrefix, parting } from './prefix/law.ts';

/** What the body of a turn becomes for a deployment, on which all of the session's thinking was made. A provider with a
 *  budget for thinking is given some before every reply, since it always thinks then: a tool loop that begins without
 *  would have to go on without, in another mode. */
function encode(body: JsonObject, { protocol, dialect }: Deployment): JsonObject {
  const state = { protocol, provider: 'p', model: 'm', value: { encrypted_content: 'e', signature: 's' } };
  const items = dialect.effort.kind === 'budget' ? withThinking(itemsOf(body)) : itemsOf(body);
  const input = items.map((item) =>
    item['type'] === 'reasoning' ? { ...item, encrypted_content: makeEnvelope(state) } : item,
  );
  const { value } = ingress.decodeRequest({ ...body, input });
  return protocolById(protocol).egress.open(value, { provider: 'p', model: 'm', dialect }).body;
}

function withThinking(items: readonly JsonObject[]): readonly JsonObject[] {
  const isReply = (item: JsonObject | undefined): boolean =>
    /_call$|^reasoning$/.test(String(item?.['type'])) || item?.['role'] === 'assistant';
  const thought: JsonObject = { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] };
  return items.flatMap((item, at) => {
    const begins = isReply(item) && !isReply(items[at - 1]) && item['type'] !== 'reasoning';
    return begins ? [thought, item] : [item];
  });
}

const pairs = recordedPairs();
if (pairs === undefined) {
  test('the prefix law over recorded sessions', () => {
    console.log('not run: the prefix law over recorded sessions because ../shared is missing');
  });
} else {
  test('the only pairs of turns that the law does not speak of are those where Codex itself began anew', () => {
    const exempt = pairs.filter(({ changed }) => changed !== undefined);
    assert.deepEqual(
      exempt.map(({ name, changed }) => `${name}: ${changed}`),
      [
        '26-compaction-local 1-2: Codex changed tools, parallel_tool_calls',
        '26-compaction-local 2-3: Codex changed tools, parallel_tool_calls',
        '27-compaction-remote-v2 2-3: Codex compacted',
        '33-tui-turn-title-compact 2-4: Codex changed tools, parallel_tool_calls',
        '33-tui-turn-title-compact 4-5: Codex changed tools, parallel_tool_calls',
      ],
    );
  });

  const growing = pairs.filter(({ changed }) => changed === undefined);
  const searching = growing.filter(findsTools);
  for (const deployment of DEPLOYMENTS) {
    test(`each turn begins with the one before it: ${deployment.name}`, () => {
      assert.ok(growing.length > 25);
      assert.ok(searching.length > 0);
      // Found tools are declared in front of the conversation where the protocol cannot do so inside it.
      for (const pair of growing) {
        if (asksToCompact(pair)) assertPromptKept(pair, deployment);
        else if (searching.includes(pair) && !isWhole(deployment)) assertToolsKept(pair, deployment);
        else assertKept(pair, deployment);
      }
    });
  }
}

/** The whole Responses API declares found tools where they were found, inside the conversation. */
function isWhole({ protocol, dialect }: Deployment): boolean {
  return protocol === 'openai-responses' && dialect.tools.native;
}

function assertKept({ name, before, after }: TurnPair, deployment: Deployment): void {
  const [earlier, later] = [encode(before, deployment), encode(after, deployment)];
  assert.ok(keepsPrefix(earlier, later), `${name}: ${JSON.stringify(parting(earlier, later), null, 1)}`);
}

/** Where the gateway asks for a summary itself, no tool may be called: the prompt is the same all the same. */
function assertPromptKept({ name, before, after }: TurnPair, deployment: Deployment): void {
  const { cachedMembers } = protocolById(deployment.protocol).egress;
  const [earlier, later] = [before, after].map((body) => only(cachedMembers, encode(body, deployment)));
  assert.ok(earlier !== undefined && later !== undefined && keepsPrefix(earlier, later), name);
}

function only(names: readonly string[], body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([member]) => names.includes(member)));
}

/** A tool search breaks the prefix behind the tools: they themselves are kept, in their order, and so is the history. */
function assertToolsKept({ name, before, after }: TurnPair, deployment: Deployment): void {
  const [earlier, later] = [encode(before, deployment), encode(after, deployment)];
  const tools = ['tools'];
  const conversation = protocolById(deployment.protocol).egress.cachedMembers.filter((member) => member !== 'tools');
  assert.ok(keepsPrefix(only(tools, earlier), only(tools, later)), name);
  assert.ok(keepsPrefix(only(conversation, earlier), only(conversation, later)), name);
}
