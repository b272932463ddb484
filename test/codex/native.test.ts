import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isJsonObject, parseJson } from '../../src/ir/json.ts';
import { subAgentCase } from './cases/session.ts';
import { overflowCase, unauthorizedCase } from './cases/trouble.ts';
import { mcpCase, textCase, workCase } from './cases/work.ts';
import { type Case, type Lab, startLab } from './harness/lab.ts';
import { mcpServer } from './matrix.ts';

/** Where the upstream is a full implementation of the Responses API, the reply goes through as it came, byte for byte,
 *  and the request loses and changes nothing but its model's name. */
const BYTES: readonly Case[] = [textCase, workCase, mcpCase, subAgentCase];
const FAILURES: readonly Case[] = [unauthorizedCase, overflowCase];

describe('Codex on a native Responses provider', { concurrency: 3 }, () => {
  let lab: Lab | undefined;
  before(async () => {
    lab = await startLab('openai-responses', [...BYTES, ...FAILURES], 'preset: openai');
  });
  for (const one of BYTES) {
    test(`${one.slug}: ${one.title}, byte for byte`, async () => {
      await lab?.perform(one, one === mcpCase ? mcpServer() : '');
      const replies = lab?.replies(one.slug) ?? [];
      const originals = lab?.upstreamReplies(one.slug) ?? [];
      assert.ok(replies.length > 0);
      assert.deepEqual(texts(replies), texts(originals));
      const sent = requests(replies);
      assert.deepEqual(requests(originals), sent);
    });
  }
  for (const one of FAILURES) test(`${one.slug}: ${one.title}`, () => lab?.perform(one));
  after(() => lab?.close());
});

function texts(exchanges: ReturnType<Lab['replies']>): readonly string[] {
  return exchanges.map((exchange) => exchange.reply.toString('utf8')).sort();
}

/** Bodies apart from what Codex tells of the working tree, which only its own maker's services are sent. */
function requests(exchanges: ReturnType<Lab['replies']>): readonly string[] {
  return exchanges
    .map((exchange) => {
      const body = parseJson(exchange.requestBody.toString('utf8'));
      assert.ok(isJsonObject(body));
      const { client_metadata: _dropped, ...rest } = body;
      return JSON.stringify(rest);
    })
    .sort();
}
