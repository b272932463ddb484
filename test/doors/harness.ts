/** One stage for all doors: a gateway, and behind it a simulated provider for every protocol that it can be asked in.
 *
 *  - `cases.ts` says in no protocol's words what a client asks (`Ask`), what the simulated model does (`scenario`) and
 *    what the client must be told (`Told`).
 *  - A `Door` is a client of one protocol: it writes an `Ask` as a body and reads a reply as `Told`. Each has a file of its
 *    own: `chat-door.ts`, ...
 *  - `performDoor(door)` registers one test for each case on each upstream protocol, streamed and unary, and one in which
 *    the judge of `../shared` looks at every stream of the door. A protocol that joins `PROTOCOL_IDS` joins the table.
 *  - `startStage(cases)` is the stage alone, for tests with real clients: `stage.slug(upstream, case)` names the model.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Gateway, startGateway } from '../../src/gateway/start.ts';
import type { JsonObject } from '../../src/ir/json.ts';
import { PROTOCOL_IDS, type ProtocolId } from '../../src/ir/protocol-id.ts';
import { byModel, type Scenario } from '../../src/simulator/script.ts';
import { type RecordedRequest, startSimulator } from '../../src/simulator/server.ts';
import { type Ask, CASES, type DoorCase, type Expected, type Told } from './cases.ts';
import { type JudgedStream, judgeStreams } from './judge.ts';

/** The key that the simulated provider demands. It must never show itself to anyone. */
export const PROVIDER_KEY = 'sk-simulated-0123456789abcdef';

/** What stands before each protocol's own path at the simulated provider. */
const BASE_PATHS: { readonly [P in ProtocolId]?: string } = {};

/** The simulator wants its thinking back in tool turns, as the strictest providers of this protocol do. */
const QUIRKS: { readonly [P in ProtocolId]?: string } = {
  'openai-chat':
    ', quirks: [{ kind: reasoning-echo, echo: { field: reasoning_content, when: tool-turns }, source: "https://api-docs.deepseek.com/guides/thinking_mode" }]',
};

/** A client of one protocol.
 *  @property judge   the judge's file in `../shared/judge`.
 *  @property follow  the request after `body`: with the reply to it as this protocol's clients keep it, and an output for
 *                    each of its calls, in order. */
export type Door = {
  readonly protocol: ProtocolId;
  readonly path: string;
  readonly judge: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: (ask: Ask) => JsonObject;
  readonly read: (reply: DoorReply) => Told;
  readonly follow: (body: JsonObject, reply: DoorReply, outputs: readonly string[]) => JsonObject;
};

export type DoorReply = { readonly status: number; readonly headers: Headers; readonly text: string };

/** @property seen  what the provider was asked for a model so far. */
export type Stage = {
  readonly gateway: Gateway;
  readonly slug: (upstream: ProtocolId, name: string) => string;
  readonly ask: (door: Door, body: JsonObject) => Promise<DoorReply>;
  readonly seen: (slug: string) => readonly RecordedRequest[];
  readonly close: () => Promise<void>;
};

/** @param extra  further lines of config.yaml. */
export async function startStage(
  scenarios: { readonly [name: string]: Scenario },
  extra = '',
  upstreams: readonly ProtocolId[] = PROTOCOL_IDS,
): Promise<Stage> {
  const slug = (upstream: ProtocolId, name: string): string => `${name}-on-${upstream}`;
  const models = upstreams.flatMap((upstream) =>
    Object.entries(scenarios).map(([name, scenario]) => ({ slug: slug(upstream, name), upstream, scenario })),
  );
  const simulator = await startSimulator({
    scenario: byModel(Object.fromEntries(models.map((model) => [model.slug, model.scenario]))),
    models: models.map((model) => model.slug),
    key: PROVIDER_KEY,
    rules: 'plain',
  });
  const home = mkdtempSync(join(tmpdir(), 'plugboard-doors-'));
  const provider = (upstream: ProtocolId): string =>
    `  ${upstream}: { protocol: ${upstream}, base_url: "${simulator.url}${BASE_PATHS[upstream] ?? '/v1'}", api_key: "${PROVIDER_KEY}"${QUIRKS[upstream] ?? ''} }`;
  writeFileSync(
    join(home, 'config.yaml'),
    [
      'providers:',
      ...upstreams.map(provider),
      'models:',
      ...models.map((model) => `  - { slug: ${model.slug}, provider: ${model.upstream} }`),
      extra,
    ].join('\n'),
  );
  const gateway = await startGateway(
    {
      version: '0',
      environment: {},
      places: { home, codexHome: join(home, 'codex') },
      port: 0,
      log: { write: () => {} },
    },
    () => {},
  );
  return {
    gateway,
    slug,
    seen: (model) =>
      simulator.requests.filter(
        ({ body, path }) => JSON.stringify(body)?.includes(`"${model}"`) || path.includes(model),
      ),
    ask: async (door, body) => {
      const response = await fetch(gateway.url + door.path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.token}`, ...door.headers },
        body: JSON.stringify(body),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    close: async () => {
      await gateway.stop();
      await simulator.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Every case of `cases.ts` through this door, onto every upstream protocol. */
export function performDoor(door: Door, cases: readonly DoorCase[] = CASES): void {
  const streams: JudgedStream[] = [];
  describe(`the door of ${door.protocol}`, { concurrency: 4 }, () => {
    let stage: Stage;
    before(async () => {
      stage = await startStage(Object.fromEntries(cases.map((one) => [one.name, one.scenario])));
    });
    after(() => stage.close());
    for (const upstream of PROTOCOL_IDS) {
      for (const one of cases) {
        for (const stream of [true, false]) {
          const title = `${one.name} onto ${upstream}, ${stream ? 'streamed' : 'unary'}`;
          test(title, async () => {
            const replies = await perform(stage, door, one, { model: stage.slug(upstream, one.name), stream });
            if (!stream) return;
            for (const reply of replies.filter(({ status }) => status === 200))
              streams.push({ name: title, text: reply.text, mayFail: one.mayFail === true });
          });
        }
      }
    }
  });
  test(`the judge finds nothing in the streams of ${door.protocol}`, () => judgeStreams(door.judge, streams));
}

async function perform(
  stage: Stage,
  door: Door,
  one: DoorCase,
  how: { readonly model: string; readonly stream: boolean },
): Promise<readonly DoorReply[]> {
  let body = door.body({ ...one.ask, ...how });
  const replies: DoorReply[] = [];
  for (const [turn, expected] of one.turns.entries()) {
    const reply = await stage.ask(door, body);
    replies.push(reply);
    assert.doesNotMatch(reply.text, new RegExp(PROVIDER_KEY));
    checkTold(
      door.read(reply),
      { ...expected, ...(how.stream ? {} : expected.unary) },
      `turn ${turn + 1}: ${reply.text.slice(0, 2_000)}`,
    );
    const { outputs } = expected;
    if (outputs !== undefined) body = door.follow(body, reply, outputs);
  }
  return replies;
}

/** Only what a case names is compared. */
function checkTold(told: Told, expected: Expected, about: string): void {
  for (const [name, value] of Object.entries(expected)) {
    if (name === 'outputs' || name === 'unary') continue;
    const actual: unknown = Reflect.get(told, name);
    if (value instanceof RegExp) assert.match(String(actual), value, `${name}; ${about}`);
    else assert.deepEqual(actual, value, `${name}; ${about}`);
  }
}
