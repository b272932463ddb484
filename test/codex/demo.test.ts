import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEMO_FILE, DEMO_LINES, DEMO_PROMPT } from '../../src/simulator/demo.ts';
import { cleanEnvironment, finalText, runCodex, transcript } from './harness/codex.ts';
import { startGateway } from './harness/gateway.ts';
import { codexConfig, newWorkspace } from './harness/workspace.ts';

test('without any configuration the gateway offers a model that does a small real job and names the next step', async () => {
  const gateway = await startGateway();
  const workspace = newWorkspace(codexConfig(gateway, 'demo'));
  try {
    const codex = (prompt: string) =>
      runCodex({
        args: ['exec', '--json', '--dangerously-bypass-approvals-and-sandbox', prompt],
        cwd: workspace.directory,
        environment: cleanEnvironment({ CODEX_HOME: workspace.codexHome }),
      });
    const talk = await codex('hi');
    assert.doesNotMatch(talk.stdout, /Model metadata for/, transcript(talk));
    assert.match(finalText(talk), /plugboard init/, transcript(talk));
    const work = await codex(DEMO_PROMPT);
    assert.match(finalText(work), /^Done: /, transcript(work));
    const written = readFileSync(join(workspace.directory, DEMO_FILE), 'utf8');
    assert.deepEqual(written.trim().split(/\r?\n/), DEMO_LINES);
  } finally {
    workspace.remove();
    await gateway.close();
  }
});
