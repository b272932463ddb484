import { after, before, describe, test } from 'node:test';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import { compactedCase, failedPatchCase, failingTestCase, repeatedCallCase, splitCase } from './cases/auto.ts';
import { type Case, type Lab, startLab } from './harness/lab.ts';

/** Each with the provider's entry. Gemini as its preset has it: with what stands in for another model's signature. */
const PROVIDERS: { readonly [P in ProtocolId]: string } = {
  'openai-chat': `protocol: openai-chat
quirks:
  - kind: reasoning-echo
    echo: { field: reasoning_content, when: tool-turns }
    source: https://api-docs.deepseek.com/guides/thinking_mode`,
  'openai-responses': 'protocol: openai-responses',
  'anthropic-messages': 'protocol: anthropic-messages',
  gemini: 'preset: gemini',
};
const PROTOCOLS: readonly ProtocolId[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'];

for (const protocol of PROTOCOLS) {
  const others = PROTOCOLS.filter((one) => one !== protocol);
  const cases: readonly Case[] = [
    failingTestCase,
    failedPatchCase,
    repeatedCallCase,
    compactedCase,
    ...others.map((executor) => splitCase(`${protocol}-${executor}`, executor)),
  ];
  describe(`Codex on routes that look at the work, over ${protocol}`, () => {
    let lab: Lab | undefined;
    before(async () => {
      const providers = Object.fromEntries(others.map((id) => [id, PROVIDERS[id]]));
      lab = await startLab(protocol, cases, PROVIDERS[protocol], { providers });
    });
    for (const one of cases) test(`${one.slug}: ${one.title}`, async () => lab?.perform(one));
    after(async () => {
      try {
        lab?.judge();
      } finally {
        await lab?.close();
      }
    });
  });
}
