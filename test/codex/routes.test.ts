import { after, before, describe, test } from 'node:test';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import { estimatedOverflowCase, returnCase, ruledCase, ruledReviewCase, toldOverflowCase } from './cases/routes.ts';
import { type Lab, startLab } from './harness/lab.ts';

/** Each with the provider's entry. Gemini as its preset has it: with what stands in for another model's signature. */
const PROVIDERS: readonly (readonly [ProtocolId, string])[] = [
  ['openai-chat', 'protocol: openai-chat'],
  ['openai-responses', 'protocol: openai-responses'],
  ['anthropic-messages', 'protocol: anthropic-messages'],
  ['gemini', 'preset: gemini'],
];
const CASES = [toldOverflowCase, estimatedOverflowCase, returnCase, ruledCase, ruledReviewCase];

for (const [protocol, provider] of PROVIDERS) {
  describe(`Codex on routes over ${protocol}`, () => {
    let lab: Lab | undefined;
    before(async () => {
      lab = await startLab(protocol, CASES, provider);
    });
    for (const one of CASES) test(`${one.slug}: ${one.title}`, async () => lab?.perform(one));
    after(async () => {
      try {
        lab?.judge();
      } finally {
        await lab?.close();
      }
    });
  });
}
