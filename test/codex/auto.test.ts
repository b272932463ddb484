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

type Proof = {
  readonly title: string;
  readonly protocol: ProtocolId;
  readonly provider: string;
  readonly executors: readonly ProtocolId[];
  readonly cases: readonly Case[];
  readonly websocket?: boolean;
};

/** The real Codex on these routes, and the judge over all that it was answered.
 *  @param proof  `executors`: the protocols of those that execute what a model of `protocol` plans. */
function proves({ title, protocol, provider, executors, websocket = false, ...proof }: Proof): void {
  const cases = [...proof.cases, ...executors.map((executor) => splitCase(`${protocol}-${executor}`, executor))];
  describe(`Codex on routes that look at the work, over ${title}`, () => {
    let lab: Lab | undefined;
    before(async () => {
      const providers = Object.fromEntries(executors.map((id) => [id, PROVIDERS[id]]));
      lab = await startLab(protocol, cases, provider, { providers, websocket });
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
  const executors = PROTOCOLS.filter((one) => one !== protocol);
  proves({ title: protocol, protocol, provider: PROVIDERS[protocol], executors, cases: CASES });
}
// Requests and replies of one of the two go through as bytes, until the other has had its part.
proves({
  title: 'a native provider',
  protocol: 'openai-responses',
  provider: 'preset: openai',
  executors: ['anthropic-messages', 'openai-chat'],
  cases: [failingTestCase],
});
// A turn on a socket goes on from the reply before, and its history is the gateway's to know.
proves({
  title: 'a WebSocket',
  protocol: 'openai-chat',
  provider: PROVIDERS['openai-chat'],
  executors: ['anthropic-messages'],
  cases: [failingTestCase, compactedCase],
  websocket: true,
});
