import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import { byModel, type Delivery, recorded, type Scenario } from '../../src/simulator/script.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { type Gateway, startGateway } from './harness/gateway.ts';
import { type JudgedReply, judgeReplies } from './harness/judge.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/protocols/upstream-replies/', import.meta.url));
const PROTOCOLS = {
  chat: 'openai-chat',
  messages: 'anthropic-messages',
  responses: 'openai-responses',
  generateContent: 'gemini',
} as const satisfies Record<string, ProtocolId>;

type Recording = { readonly slug: string; readonly protocol: ProtocolId; readonly bytes: Uint8Array };

/** The recorded streams of the three protocols, by the table of their index. */
function recordings(): readonly Recording[] {
  if (!existsSync(FOLDER)) return [];
  const rows = readFileSync(`${FOLDER}INDEX.md`, 'utf8').split('\n');
  return rows
    .map((row) => row.split('|').map((cell) => cell.trim()))
    .flatMap(([, file = '', api = '']) => {
      const protocol = Object.entries(PROTOCOLS).find(([name]) => name === api)?.[1];
      if (protocol === undefined || !file.endsWith('.sse')) return [];
      return [{ slug: basename(file, '.sse'), protocol, bytes: readFileSync(FOLDER + file) }];
    });
}

/** Ways in which the same bytes come; each is a model of its own. Cuts fall anywhere, in a character and in a line. */
const WAYS: { readonly [way: string]: (size: number) => Delivery } = {
  whole: () => ({}),
  bytes: () => ({ chunkBytes: 1 }),
  packed: () => ({ encoding: 'gzip', chunkBytes: 50 }),
  ...Object.fromEntries(
    [0.05, 0.31, 0.57, 0.83, 0.97].map((part) => [
      `cut-${part}`,
      (size: number) => ({ cut: { afterBytes: Math.floor(size * part), how: part > 0.5 ? 'end' : 'reset' } }) as const,
    ]),
  ),
};

describe('recorded replies of real providers, through the whole gateway', { concurrency: 4 }, () => {
  const all = recordings();
  const replies: JudgedReply[] = [];
  let simulator: Simulator | undefined;
  let gateway: Gateway | undefined;

  before(async () => {
    const scenarios = all.flatMap(({ slug, bytes }) =>
      Object.entries(WAYS).map(([way, delivery]): [string, Scenario] => [
        `${slug}.${way}`,
        () => recorded(bytes, delivery(bytes.length)),
      ]),
    );
    simulator = await startSimulator({ scenario: byModel(Object.fromEntries(scenarios)), rules: 'none' });
    gateway = await startGateway(configFor(simulator.url, all));
  });

  test('there are recordings', () => {
    if (all.length === 0) console.log('not run: recorded replies because ../shared is missing');
    else assert.ok(all.length > 15, `${all.length} streams`);
  });

  for (const { slug } of all) {
    test(`${slug}: whole, byte by byte, compressed, cut anywhere`, async () => {
      const answers = new Map<string, string>();
      for (const way of Object.keys(WAYS)) {
        const reply = await ask(gateway, `${slug}.${way}`);
        const bytes = Buffer.from(await reply.arrayBuffer());
        answers.set(
          way,
          reply.status === 200 ? meaning(bytes.toString('utf8'), `${slug}.${way}`) : `status ${reply.status}`,
        );
        if (reply.status === 200) replies.push({ name: `${slug}.${way}`, bytes, mayFail: true });
      }
      assert.equal(answers.get('bytes'), answers.get('whole'));
      assert.equal(answers.get('packed'), answers.get('whole'));
      for (const [way, answer] of answers) {
        if (way.startsWith('cut-0.') && way < 'cut-0.9') assert.doesNotMatch(answer, /event: response\.completed/, way);
      }
    });
  }

  after(async () => {
    try {
      judgeReplies(replies);
    } finally {
      await gateway?.close();
      await simulator?.close();
    }
  });
});

/** A stream without what is made anew for each: ids, times, the model's name. */
function meaning(stream: string, model: string): string {
  return (
    stream
      .replaceAll(/"(id|item_id|call_id|response_id)":"[^"]*"/g, '')
      .replaceAll(/"(created_at|completed_at|sequence_number)":\d+/g, '')
      // Ids of calls that came without one stand in what goes back to the model, too.
      .replaceAll(/call_[0-9a-f]{32}/g, '')
      .replaceAll(model, '')
  );
}

function ask(gateway: Gateway | undefined, model: string): Promise<Response> {
  const body = {
    model,
    stream: true,
    store: false,
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
    tools: [],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: {},
    include: ['reasoning.encrypted_content'],
  };
  return fetch(`${gateway?.url}/v1/responses`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${gateway?.token}`,
      originator: 'codex_exec',
    },
    body: JSON.stringify(body),
  });
}

function configFor(url: string, all: readonly Recording[]): string {
  const providers = Object.values(PROTOCOLS).map(
    (protocol) => `  ${protocol}: { protocol: ${protocol}, base_url: ${url}/v1, api_key: sk-recorded }`,
  );
  const models = all.flatMap(({ slug, protocol }) =>
    Object.keys(WAYS).map((way) => `  - { slug: ${slug}.${way}, provider: ${protocol}, context_window: 128000 }`),
  );
  return `providers:\n${providers.join('\n')}\nmodels:\n${models.join('\n') || '  []'}\n`;
}
