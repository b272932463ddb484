import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import { blindCase, eyesCase } from './cases/image-words.ts';
import { type Lab, startLab } from './harness/lab.ts';

const PROTOCOLS: readonly ProtocolId[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'];

for (const protocol of PROTOCOLS) {
  describe(`Codex shows an image to a model without eyes on ${protocol}`, () => {
    let lab: Lab | undefined;
    before(async () => {
      const config = 'image_description: { model: eyes }\n';
      lab = await startLab(protocol, [blindCase, eyesCase], `protocol: ${protocol}`, { config });
    });
    test(`${blindCase.slug}: ${blindCase.title}`, async () => {
      await lab?.perform(blindCase);
      assert.equal(lab?.upstreamReplies(eyesCase.slug).length, 1);
    });
    after(async () => {
      try {
        lab?.judge();
      } finally {
        await lab?.close();
      }
    });
  });
}
