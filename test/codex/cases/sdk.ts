import assert from 'node:assert/strict';
import { Codex } from '@openai/codex-sdk';
import { say, script, think } from '../../../src/simulator/script.ts';
import { lastUserText } from '../../../src/simulator/turn.ts';
import type { Case } from '../harness/lab.ts';
import { run } from './work.ts';

/** One loop by the Codex SDK, which starts the real Codex itself. */
export const sdkCase: Case = {
  slug: 'sdk',
  title: 'the Codex SDK runs one loop, then a second turn of the same thread',
  scenario: (turn) => {
    const again = lastUserText(turn).includes('and now?');
    if (turn.rounds === 0) return script([think('By SDK.'), run('echo from the sdk')]);
    return script([say(again ? 'Still here.' : `It said: ${turn.results[0]?.text}`)]);
  },
  run: async ({ environment, workspace }) => {
    const codex = new Codex({ env: { ...environment } });
    const thread = codex.startThread({
      workingDirectory: workspace.directory,
      skipGitRepoCheck: true,
      sandboxMode: 'danger-full-access',
      approvalPolicy: 'never',
    });
    const first = await thread.run('use the shell');
    assert.match(first.finalResponse, /It said: [\s\S]*from the sdk/);
    assert.ok(first.items.some((item) => item.type === 'command_execution' && item.status === 'completed'));
    const second = await thread.run('and now?');
    assert.equal(second.finalResponse, 'Still here.');
  },
};
