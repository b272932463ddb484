import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import type { RecordedRequest } from '../../src/simulator/server.ts';
import { brokenCallCase, flawedCallsCase, runawayCase } from './cases/calls.ts';
import { sdkCase } from './cases/sdk.ts';
import {
  compactionCase,
  remoteCompactionCase,
  resumeCase,
  reviewCase,
  schemaCase,
  subAgentCase,
} from './cases/session.ts';
import {
  cutAlwaysCase,
  cutOnceCase,
  fallbackCase,
  lengthCase,
  overflowCase,
  rateLimitCase,
  refusalCase,
  unauthorizedCase,
} from './cases/trouble.ts';
import { deliveryCase, imageCase, mcpCase, textCase, workCase } from './cases/work.ts';
import { type Case, type Lab, type LabOptions, PROVIDER_KEY, startLab } from './harness/lab.ts';
import type { Exchange } from './harness/recorder.ts';

const CASES: readonly Case[] = [
  textCase,
  workCase,
  deliveryCase,
  imageCase,
  mcpCase,
  subAgentCase,
  compactionCase,
  remoteCompactionCase,
  resumeCase,
  reviewCase,
  schemaCase,
  sdkCase,
  rateLimitCase,
  unauthorizedCase,
  overflowCase,
  cutOnceCase,
  cutAlwaysCase,
  lengthCase,
  refusalCase,
  fallbackCase,
  flawedCallsCase,
  brokenCallCase,
  runawayCase,
];

/** Nothing that Codex tells of the machine and the working tree, and no token of ours, reaches a provider. */
function assertPrivate(requests: readonly RecordedRequest[]): void {
  assert.ok(requests.length > 0);
  for (const { headers, body } of requests) {
    assert.deepEqual(
      Object.keys(headers).filter((name) => /codex|originator|session|thread|plugboard/.test(name)),
      [],
    );
    assert.ok(Object.values(headers).some((value) => String(value).includes(PROVIDER_KEY)));
    assert.doesNotMatch(JSON.stringify(body), /installation_id|latest_git_commit_hash|client_metadata/);
  }
}

/** Codex falls back to HTTP without a word; after many failures it may. */
function frames(one: Case, exchanges: readonly Exchange[]): readonly Exchange[] {
  return one.mayFail === true ? [] : exchanges;
}

function assertFrames(exchanges: readonly Exchange[]): void {
  assert.ok(exchanges.length > 0);
  for (const { requestBody } of exchanges) assert.match(requestBody.toString('utf8'), /"type":"response\.create"/);
}

/** The MCP server that every case's Codex is given, as lines of its configuration. */
export function mcpServer(): string {
  const program = fileURLToPath(new URL('fixtures/mcp-server.ts', import.meta.url));
  return `[mcp_servers.demo]
command = ${JSON.stringify(process.execPath)}
args = [${JSON.stringify(program)}]
`;
}

/** The real Codex through the gateway on a provider of one protocol: every case, and the judge over all replies.
 *  @param provider  lines of the provider's entry in config.yaml. */
export function matrix(protocol: ProtocolId, provider: string, options: LabOptions = {}): void {
  const over = options.websocket === true ? ' over a WebSocket' : '';
  describe(`Codex on ${protocol}${over}`, { concurrency: 3 }, () => {
    let lab: Lab | undefined;
    before(async () => {
      lab = await startLab(protocol, CASES, provider, options);
    });
    for (const one of CASES) {
      test(`${one.slug}: ${one.title}`, () => lab?.perform(one, one === mcpCase ? mcpServer() : ''));
    }
    after(async () => {
      try {
        lab?.judge();
        assertPrivate(lab?.simulator.requests ?? []);
        if (options.websocket === true) assertFrames(CASES.flatMap((one) => frames(one, lab?.replies(one.slug) ?? [])));
      } finally {
        await lab?.close();
      }
    });
  });
}
