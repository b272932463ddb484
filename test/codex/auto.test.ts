import { after, before, describe, test } from 'node:test';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import {
  compactedCase,
  failedPatchCase,
  failingTestCase,
  judgeCase,
  repeatedCallCase,
  splitCase,
} from './cases/auto.ts';
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

/** The real Codex on these routes, and the judge over all that it was answered. */
function proves(
  title: string,
  protocol: ProtocolId,
  provider: string,
  executors: readonly ProtocolId[],
  more: readonly Case[],
): void {
  const cases: readonly Case[] = [
    ...more,
    ...executors.map((executor) => splitCase(`${protocol}-${executor}`, executor)),
  ];
  describe(`Codex on routes that look at the work, over ${title}`, () => {
    let lab: Lab | undefined;
    before(async () => {
      const providers = Object.fromEntries(executors.map((id) => [id, PROVIDERS[id]]));
      lab = await startLab(protocol, cases, provider, { providers });
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

const CASES = [failingTestCase, failedPatchCase, repeatedCallCase, compactedCase, judgeCase];
for (const protocol of PROTOCOLS) {
  const others = PROTOCOLS.filter((one) => one !== protocol);
  proves(protocol, protocol, PROVIDERS[protocol], others, CASES);
}
// Requests and replies of one of the two go through as bytes, until the other has had its part.
proves(
  'a native provider',
  'openai-responses',
  'preset: openai',
  ['anthropic-messages', 'openai-chat'],
  [failingTestCase],
);
