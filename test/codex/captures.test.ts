import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isJsonObject, parseJson } from '../../src/ir/json.ts';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import { egress as messages } from '../../src/protocols/anthropic-messages/egress.ts';
import { egress as gemini } from '../../src/protocols/gemini/egress.ts';
import { egress as chat } from '../../src/protocols/openai-chat/egress.ts';
import { egress as responses } from '../../src/protocols/openai-responses/egress.ts';
import { ingress } from '../../src/protocols/openai-responses/ingress.ts';
import type { EgressCodec } from '../../src/protocols/protocol.ts';
import { compileDialect } from '../../src/providers/dialect.ts';
import { findPreset } from '../../src/providers/presets/presets.ts';
import type { Quirk } from '../../src/providers/quirks.ts';
import { newConversation } from '../../src/simulator/conversation.ts';
import { STATE_PREFIX } from '../../src/simulator/responses/render.ts';
import { say, script } from '../../src/simulator/script.ts';

const CAPTURES = fileURLToPath(new URL('../../../shared/codex/captures/', import.meta.url));

type Provider = {
  readonly name: string;
  readonly protocol: ProtocolId;
  readonly path: string;
  readonly codec: EgressCodec;
  readonly native: boolean;
  readonly quirks?: readonly Quirk[];
};

/** Histories that another model made bear no signature of Gemini's: what its preset says stands in for it. */
const GEMINI = findPreset('gemini')?.quirks ?? [];
const STANDING_IN = GEMINI.filter(({ kind }) => kind === 'tool-call-members');
const GENERATE = '/v1beta/models/m:streamGenerateContent?alt=sse';

const PROVIDERS: readonly Provider[] = [
  { name: 'Chat', protocol: 'openai-chat', path: '/v1/chat/completions', codec: chat, native: false },
  { name: 'Messages', protocol: 'anthropic-messages', path: '/v1/messages', codec: messages, native: false },
  { name: 'Gemini', protocol: 'gemini', path: GENERATE, codec: gemini, native: false, quirks: GEMINI },
  { name: 'plain Gemini', protocol: 'gemini', path: GENERATE, codec: gemini, native: false, quirks: STANDING_IN },
  { name: 'plain Responses', protocol: 'openai-responses', path: '/v1/responses', codec: responses, native: false },
  { name: 'full Responses', protocol: 'openai-responses', path: '/v1/responses', codec: responses, native: true },
];

/** Every request that a real Codex was seen to send, translated for each protocol, is one that a strict provider takes. */
for (const { name, protocol, path, codec, native, quirks = [] } of PROVIDERS) {
  test(`every captured request of Codex is taken by a strict ${name} provider`, () => {
    if (!existsSync(CAPTURES)) {
      console.log('not run: captured requests because ../shared is missing');
      return;
    }
    const converse = newConversation({
      scenario: () => script([say('ok')]),
      rules: native ? 'strict' : 'plain',
      newId: () => 'id',
      now: () => 1,
    });
    const target = { provider: 'sim', model: 'm', dialect: compileDialect(protocol, quirks, native) };
    const refused: string[] = [];
    let taken = 0;
    for (const file of globSync('*/request-*.json', { cwd: CAPTURES }).sort()) {
      // The blobs of the recording's provider are made the simulator's own, which refuses foreign ones.
      const text = readFileSync(`${CAPTURES}${file}`, 'utf8').replaceAll(
        /("encrypted_content":\s*")/g,
        `$1${STATE_PREFIX}`,
      );
      const capture = parseJson(text);
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
