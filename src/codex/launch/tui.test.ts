import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { testProvider } from '../../providers/testing/provider.ts';
import { codexCatalog } from '../catalog.ts';
import { REAL_CODEX, scratch } from '../testing/real-codex.ts';
import { stubGateway } from '../testing/stub-gateway.ts';
import { codexProgram } from './launch-codex.ts';

const MODELS = ['alpha', 'beta', 'unlisted'].map((slug) => ({
  slug,
  displayName: `The ${slug} model`,
  provider: testProvider(),
  upstreamId: `${slug}-1`,
  facts: { contextWindow: 128_000 },
  listed: slug !== 'unlisted',
}));

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

test("Codex's terminal interface lists our models alone, and no background server is left", async (context) => {
  if (spawnSync('tmux', ['-V']).status !== 0) {
    context.diagnostic('not run: the terminal interface, because tmux is missing');
    console.log('not run: the terminal interface, because tmux is missing');
    return;
  }
  const at = scratch(context);
  const catalog = codexCatalog({ models: MODELS, routes: [], defaultModel: 'beta' }, { instructions: 'Be of use.' });
  const gateway = await stubGateway(catalog);
  context.after(gateway.close);
  const command = { kind: 'command', command: process.execPath, args: ['-e', 'console.log("pb-test")'] } as const;
  const program = await codexProgram({
    codex: REAL_CODEX,
    args: ['--dangerously-bypass-approvals-and-sandbox'],
    environment: process.env,
    codexHome: at.codexHome,
    ensureGateway: async () => ({
      entry: { baseUrl: gateway.baseUrl, auth: command },
      variables: {},
      defaultModel: 'beta',
      models: MODELS,
    }),
    writeCatalog: () => assert.fail('no catalogue file is called for'),
  });
  const socket = `plugboard-${process.pid}`;
  const tmux = (...args: string[]): string => spawnSync('tmux', ['-L', socket, ...args], { encoding: 'utf8' }).stdout;
  const screen = async (wanted: RegExp): Promise<string> => {
    for (let tries = 0; tries < 150; tries += 1) {
      const text = tmux('capture-pane', '-p');
      if (wanted.test(text)) return text;
      await sleep(100);
    }
    return assert.fail(`never on the screen: ${wanted}\n${tmux('capture-pane', '-p')}`);
  };
  context.after(() => tmux('kill-server'));
  const line = [...program.command, ...program.args].map(quoted).join(' ');
  tmux('new-session', '-d', '-x', '120', '-y', '40', '-c', at.work, `CODEX_HOME=${quoted(at.codexHome)} ${line}`);
  await screen(/Ask Codex to do anything/);
  // While Codex starts it answers that models cannot be chosen yet.
  const choose = async (): Promise<string> => {
    tmux('send-keys', '/model');
    await screen(/\/model .*choose what model/);
    tmux('send-keys', 'Enter');
    const answer = await screen(/The alpha model|until startup completes/);
    if (/The alpha model/.test(answer)) return answer;
    tmux('clear-history');
    tmux('send-keys', 'C-l');
    await sleep(500);
    return choose();
  };
  const picker = await choose();
  assert.match(picker, /The beta model \(current\)/);
  assert.doesNotMatch(picker, /unlisted|GPT/);
  tmux('send-keys', 'Escape');
  await screen(/Ask Codex to do anything/);
  tmux('send-keys', 'ping');
  await screen(/› ping/);
  tmux('send-keys', 'Enter');
  await screen(/• pong/);
  assert.equal(existsSync(join(at.codexHome, 'app-server-daemon')), false);
});
