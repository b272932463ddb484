import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { startGateway } from '../src/gateway/start.ts';
import { httpReply, recorded } from '../src/simulator/script.ts';
import { startSimulator } from '../src/simulator/server.ts';

const PROMPT = 'the-marzipan-plan of my aunt';
const ECHO = `Invalid value: '${PROMPT}'. Supported values are none.`;
const ERROR = { message: ECHO, type: 'invalid_request_error', param: PROMPT, code: PROMPT };

for (const [name, reply] of [
  ['with a 400', httpReply(400, { error: ERROR })],
  ['with a page', httpReply(502, `<html>${ECHO}</html>`)],
  ['inside a stream', recorded(`data: ${JSON.stringify({ error: ERROR })}\n\n`)],
  ['with bytes of no protocol', recorded(`data: {"${ECHO}\n\n`)],
] as const) {
  test(`a prompt that a provider echoes ${name} is shown to its author and kept nowhere`, async (t) => {
    const home = homeWithFolders(t);
    const simulator = await startSimulator({ scenario: () => reply });
    t.after(() => simulator.close());
    const base = `base_url: ${simulator.url}/v1`;
    writeFileSync(
      join(home, 'config.yaml'),
      [
        'providers:',
        ...['openai-chat', 'openai-responses'].map((id) => `  ${id}: { protocol: ${id}, ${base}, api_key: none }`),
        'models:',
        ...['openai-chat', 'openai-responses'].map((id) => `  - { slug: ${id}, provider: ${id} }`),
      ].join('\n'),
    );
    let log = '';
    const gateway = await startGateway(
      {
        version: '0.0.0',
        environment: {},
        places: { home, codexHome: join(home, 'codex') },
        port: 0,
        logLevel: 'debug',
        log: new Writable({
          write: (chunk, _encoding, done) => {
            log += String(chunk);
            done();
          },
        }),
      },
      () => undefined,
    );
    try {
      for (const model of ['openai-chat', 'openai-responses']) {
        const response = await fetch(`${gateway.url}/v1/responses`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.token}` },
          body: JSON.stringify({ model, input: PROMPT, stream: true }),
        });
        const said = await response.text();
        if (name === 'with a 400') assert.ok(said.includes(PROMPT), said);
      }
    } finally {
      await gateway.stop();
    }
    assert.match(log, /"request"/);
    assert.ok(!log.includes(PROMPT), log);
    const kept = readdirSync(home).filter((file) => file.startsWith('plugboard.db'));
    assert.ok(kept.length > 0);
    for (const file of kept) {
      assert.ok(!readFileSync(join(home, file)).includes('marzipan'), `${file} holds words of the prompt`);
    }
  });
}

function homeWithFolders(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'plugboard-words-'));
  mkdirSync(join(home, 'codex'));
  t.after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  return home;
}
