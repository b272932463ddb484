import { after, before, describe, test } from 'node:test';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import { PSEUDO_CALLS, pseudoCallsCase } from './cases/calls.ts';
import { type Lab, startLab } from './harness/lab.ts';

const PROTOCOLS: readonly ProtocolId[] = ['openai-chat', 'openai-responses', 'anthropic-messages'];

// A lab of its own: its provider has a quirk that the others have not.
for (const protocol of PROTOCOLS) {
  describe(`Codex on a weak model of ${protocol}`, () => {
    let lab: Lab | undefined;
    before(async () => {
      lab = await startLab(protocol, [pseudoCallsCase], `protocol: ${protocol}${PSEUDO_CALLS}`);
    });
    test(`${pseudoCallsCase.slug}: ${pseudoCallsCase.title}`, () => lab?.perform(pseudoCallsCase));
    after(async () => {
      try {
        lab?.judge();
      } finally {
        await lab?.close();
      }
    });
  });
}
