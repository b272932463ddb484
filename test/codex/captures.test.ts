import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isJsonObject, parseJson } from '../../src/ir/json.ts';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import { egress as messages } from '../../src/protocols/anthropic-messages/egress.ts';
import { egress as chat } from '../../src/protocols/openai-chat/egress.ts';
import { ingress } from '../../src/protocols/openai-responses/ingress.ts';
import type { EgressCodec } from '../../src/protocols/protocol.ts';
import { compileDialect } from '../../src/providers/dialect.ts';
import { newConversation } from '../../src/simulator/conversation.ts';
import { say, script } from '../../src/simulator/script.ts';

const CAPTURES = fileURLToPath(new URL('../../../shared/codex/captures/', import.meta.url));

const EGRESS: readonly { readonly id: ProtocolId; readonly path: string; readonly codec: EgressCodec }[] = [
  { id: 'openai-chat', path: '/v1/chat/completions', codec: chat },
  { id: 'anthropic-messages', path: '/v1/messages', codec: messages },
];

/** Every request that a real Codex was seen to send, translated for each protocol, is one that a strict provider takes. */
for (const { id, path, codec } of EGRESS) {
  test(`every captured request of Codex is taken by a strict ${id} provider`, () => {
    if (!existsSync(CAPTURES)) {
      console.log('not run: captured requests because ../shared is missing');
      return;
    }
    const converse = newConversation({
      scenario: () => script([say('ok')]),
      rules: 'strict',
      newId: () => 'id',
      now: () => 1,
    });
    const target = { provider: 'sim', model: 'm', dialect: compileDialect(id, []) };
    const refused: string[] = [];
    let taken = 0;
    for (const file of globSync('*/request-*.json', { cwd: CAPTURES }).sort()) {
      const capture = parseJson(readFileSync(`${CAPTURES}${file}`, 'utf8'));
      if (!isJsonObject(capture) || !isJsonObject(capture['body']) || capture['body']['input'] === undefined) continue;
      const { value } = ingress.decodeRequest(capture['body']);
      const { body } = codec.open(value, target);
      const reply = converse('POST', path, codec.headers, JSON.stringify(body));
      if (reply.type === 'reply' && reply.status === 200) taken += 1;
      else refused.push(`${basename(dirname(file))}/${basename(file)}: ${JSON.stringify(reply).slice(0, 600)}`);
    }
    assert.deepEqual(refused, []);
    assert.ok(taken > 50, `only ${taken} captures`);
  });
}
