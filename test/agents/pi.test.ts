import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isJsonObject } from '../../src/ir/json.ts';
import { PROTOCOL_IDS } from '../../src/ir/protocol-id.ts';
import { call, type Scenario, say, script, think } from '../../src/simulator/script.ts';
import { type Stage, startStage } from '../doors/harness.ts';
import { keepsPrefix, parting } from '../prefix/law.ts';

const PI = fileURLToPath(
  new URL('../../node_modules/@earendil-works/pi-coding-agent/dist/bundle/cli.js', import.meta.url),
);
/** The agent starts, thinks and works; twice what it took on a busy machine of two cores. */
const LIMIT_MS = 90_000;

/** Reads a file, edits it and runs a command at the same time as another, then says what it saw. */
const work: Scenario = (turn) => {
  switch (turn.rounds) {
    case 0:
      return script([think('Look first.'), say('I look at it.'), call('read', { path: 'greeting.txt' })]);
    case 1:
      return script([
        think('Now change it.'),
        call('edit', { path: 'greeting.txt', edits: [{ oldText: 'Grüße', newText: 'Grüße 👋 "aus" Köln' }] }),
        call('bash', { command: 'echo made-by-$((6 * 7)) > made.txt && cat made.txt' }),
      ]);
    default:
      return script([say(`Done: ${/made-by-\d+/.exec(turn.results.at(-1)?.text ?? '')?.[0]}.`)]);
  }
};

/** A person's pi: scratch home, a provider that is the gateway's Chat Completions door, no network beside it. */
describe('the pi agent works through the Chat Completions door', () => {
  let stage: Stage;
  let home: string;
  before(async () => {
    stage = await startStage({ work });
    home = mkdtempSync(join(tmpdir(), 'plugboard-pi-'));
    const agent = join(home, 'agent');
    mkdirSync(agent);
    const models = PROTOCOL_IDS.map((upstream) => ({ id: stage.slug(upstream, 'work'), reasoning: true }));
    const plugboard = {
      baseUrl: `${stage.gateway.url}/v1`,
      apiKey: stage.gateway.token,
      api: 'openai-completions',
      models,
    };
    writeFileSync(join(agent, 'models.json'), JSON.stringify({ providers: { plugboard } }));
  });
  after(async () => {
    await stage.close();
    rmSync(home, { recursive: true, force: true });
  });

  for (const upstream of PROTOCOL_IDS) {
    test(`on a model of ${upstream}`, { timeout: LIMIT_MS }, async () => {
      const folder = join(home, upstream);
      mkdirSync(folder);
      writeFileSync(join(folder, 'greeting.txt'), 'Grüße\n');
      const model = stage.slug(upstream, 'work');
      const { status, output } = await runPi(folder, home, model);
      assert.equal(status, 0, output);
      assert.match(output, /Done: made-by-42\./);
      assert.equal(readFileSync(join(folder, 'greeting.txt'), 'utf8'), 'Grüße 👋 "aus" Köln\n');
      assert.equal(readFileSync(join(folder, 'made.txt'), 'utf8').trim(), 'made-by-42');
      const seen = stage.seen(model).map(({ body }) => body);
      assert.equal(seen.length, 3, 'no request was tried again');
      for (const [at, body] of seen.entries()) {
        const before = seen[at - 1];
        if (!isJsonObject(body) || !isJsonObject(before)) continue;
        assert.ok(keepsPrefix(before, body), JSON.stringify(parting(before, body), null, 1));
      }
    });
  }
});

async function runPi(
  folder: string,
  home: string,
  model: string,
): Promise<{ readonly status: number | null; readonly output: string }> {
  const args = ['--print', '--no-session', '--offline', '--no-extensions', '--no-mcp', '--thinking', 'high'];
  const child = spawn(process.execPath, [PI, ...args, '--model', `plugboard/${model}`, 'Greet from Köln.'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      USERPROFILE: home,
      PI_CODING_AGENT_DIR: join(home, 'agent'),
      PI_OFFLINE: '1',
      NO_COLOR: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  let output = '';
  const gather = (piece: Buffer): void => {
    output += piece.toString();
  };
  child.stdout.on('data', gather);
  child.stderr.on('data', gather);
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, output };
}
