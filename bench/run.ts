/** Measures the built gateway against a minimal raw proxy on the same Node, in the same run: `npm run bench [WORD...]`.
 *  Prints each number with its bound, and fails when one is missed. */
import { existsSync } from 'node:fs';
import { chatBody, frameBody, messagesBody, responsesBody } from './bodies.ts';
import { connect, hold, type Place, stream } from './client.ts';
import { type Measured, startGateway, startServer } from './processes.ts';

type Result = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly bound: number;
  readonly detail: string;
};
type Bench = { readonly name: string; readonly run: (stage: Stage) => Promise<readonly Result[]> };
type Stage = { readonly upstream: Measured; readonly raw: Measured; readonly gateway: Measured };

const MODELS = ['flow-10', 'flow-0', 'first-2', 'hold'];

const direct = ({ upstream }: Stage): Place => ({ url: upstream.url, path: '/v1/chat/completions' });
const throughRaw = ({ raw }: Stage): Place => ({ url: raw.url, path: '/v1/chat/completions' });
const throughGateway = ({ gateway }: Stage): Place => ({
  url: gateway.url,
  path: '/v1/responses',
  token: gateway.token,
});

/** CPU of one stream, in ms. @param atOnce  streams that run at the same time. @param rounds  one after the other. */
async function cpuPerStream(
  measured: Measured,
  place: Place,
  body: string,
  atOnce: number,
  rounds = 1,
): Promise<number> {
  const before = await measured.used();
  for (let round = 0; round < rounds; round += 1) {
    const streams = await Promise.all(Array.from({ length: atOnce }, () => stream(place, body)));
    if (streams.some((one) => !one.whole)) throw new Error(`a stream broke at ${place.url}`);
  }
  return ((await measured.used()).cpuMs - before.cpuMs) / (atOnce * rounds);
}

type Task = () => Promise<number>;

/** The least that each task cost in so many rounds: what else the machine does can only add to it. The tasks take
 *  turns, so that a bad moment meets all of them. */
async function leastOf<K extends string>(rounds: number, tasks: Readonly<Record<K, Task>>): Promise<Record<K, number>> {
  const names = Object.keys(tasks) as K[];
  const least = Object.fromEntries(names.map((name) => [name, Number.POSITIVE_INFINITY])) as Record<K, number>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) least[name] = Math.min(least[name], await tasks[name]());
  }
  return least;
}

/** CPU of one stream of each kind, in ms. */
function streamCosts(
  stage: Stage,
  model: string,
  rounds: number,
): Promise<Record<'raw' | 'translated' | 'bytes', number>> {
  const { raw, gateway } = stage;
  const through = (kind: string) => () =>
    cpuPerStream(gateway, throughGateway(stage), responsesBody(`${kind}-${model}`), 32, 2);
  return leastOf(rounds, {
    raw: () => cpuPerStream(raw, throughRaw(stage), chatBody(model), 32, 2),
    translated: through('chat'),
    bytes: through('native'),
  });
}

/** What a client of each door sends, and where. */
const DOORS = {
  responses: { path: '/v1/responses', body: responsesBody },
  chat: { path: '/v1/chat/completions', body: chatBody },
  messages: { path: '/v1/messages', body: messagesBody },
} as const;

/** The path at which each protocol's fixed reply stands at the upstream. */
const UPSTREAMS = {
  responses: '/v1/responses',
  chat: '/v1/chat/completions',
  messages: '/v1/messages',
  gemini: '/v1/models/flow-10:streamGenerateContent',
} as const;

/** Every door on every upstream protocol, translated. The yardstick passes the same upstream's stream. */
async function pairCosts(stage: Stage): Promise<readonly Result[]> {
  const { raw, gateway } = stage;
  const results: Result[] = [];
  for (const [protocol, path] of Object.entries(UPSTREAMS)) {
    const through = (door: keyof typeof DOORS) => (): Promise<number> => {
      const place = { url: gateway.url, path: DOORS[door].path, token: gateway.token };
      return cpuPerStream(gateway, place, DOORS[door].body(`${protocol}-flow-10`), 32, 2);
    };
    const cost = await leastOf(5, {
      raw: () => cpuPerStream(raw, { url: raw.url, path }, chatBody('flow-10'), 32, 2),
      responses: through('responses'),
      chat: through('chat'),
      messages: through('messages'),
    });
    for (const door of ['responses', 'chat', 'messages'] as const) {
      const detail = `raw ${ms(cost.raw)}, ${ms(cost[door])} of CPU a stream`;
      const name = `CPU, ${door} on ${protocol}`;
      results.push({ name, value: cost[door] / cost.raw, unit: 'x raw', bound: 1.5, detail });
    }
  }
  return results;
}

/** CPU of one turn on an open socket, in ms. */
async function cpuPerTurn({ gateway }: Stage, slug: string, atOnce: number, rounds: number): Promise<number> {
  const place = { url: gateway.url, path: '/v1/responses', token: gateway.token };
  const sockets = await Promise.all(Array.from({ length: atOnce }, () => connect(place)));
  const before = await gateway.used();
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(sockets.map((socket) => socket.turn(frameBody(slug))));
  }
  const cost = ((await gateway.used()).cpuMs - before.cpuMs) / (atOnce * rounds);
  for (const socket of sockets) socket.close();
  return cost;
}

const MEGABYTE = 1_048_576;
const ms = (value: number): string => `${value.toFixed(2)} ms`;

const BENCHES: readonly Bench[] = [
  {
    name: 'start',
    run: async ({ upstream }) => {
      const starts: number[] = [];
      let idle = Number.NaN;
      for (let time = 0; time < 5; time += 1) {
        const gateway = await startGateway(upstream.url, MODELS, false);
        starts.push(gateway.readyMs);
        // The price table is loaded once the gateway is ready.
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        idle = (await gateway.used()).rssMb;
        await gateway.close();
      }
      return [
        { name: 'ready after', value: median(starts), unit: 'ms', bound: 300, detail: `median of ${starts.length}` },
        { name: 'memory when idle', value: idle, unit: 'MB', bound: 100, detail: 'prices loaded' },
      ];
    },
  },
  {
    name: 'paced',
    run: async (stage) => {
      const cost = await streamCosts(stage, 'flow-10', 6);
      const detail = `raw ${ms(cost.raw)}, translated ${ms(cost.translated)}, bytes ${ms(cost.bytes)} of CPU a stream`;
      return [
        { name: 'CPU, 32 paced streams', value: cost.translated / cost.raw, unit: 'x raw', bound: 1.3, detail },
        { name: 'byte path, paced', value: cost.bytes / cost.translated, unit: 'x translated', bound: 1, detail },
      ];
    },
  },
  {
    name: 'unpaced',
    run: async (stage) => {
      const cost = await streamCosts(stage, 'flow-0', 20);
      const detail = `raw ${ms(cost.raw)}, translated ${ms(cost.translated)}, bytes ${ms(cost.bytes)} of CPU a stream`;
      return [
        { name: 'CPU, 32 unpaced streams', value: cost.translated / cost.raw, unit: 'x raw', bound: 1.5, detail },
        { name: 'byte path, unpaced', value: cost.bytes / cost.translated, unit: 'x translated', bound: 1, detail },
      ];
    },
  },
  { name: 'pairs', run: pairCosts },
  {
    name: 'websocket',
    run: async (stage) => {
      const cost = await leastOf(6, {
        http: () => cpuPerStream(stage.gateway, throughGateway(stage), responsesBody('chat-flow-10'), 32, 2),
        socket: () => cpuPerTurn(stage, 'chat-flow-10', 32, 2),
      });
      const detail = `HTTP ${ms(cost.http)}, WebSocket ${ms(cost.socket)} of CPU a turn`;
      return [{ name: 'WebSocket turn', value: cost.socket / cost.http, unit: 'x HTTP', bound: 1, detail }];
    },
  },
  {
    name: 'first-token',
    run: async (stage) => {
      const added: number[] = [];
      for (let time = 0; time < 220; time += 1) {
        const straight = await stream(direct(stage), chatBody('first-2'));
        const through = await stream(throughGateway(stage), responsesBody('chat-first-2'));
        if (time >= 20) added.push(through.firstByteMs - straight.firstByteMs);
      }
      const detail = `median of ${added.length} pairs`;
      return [{ name: 'time to first token, added', value: median(added), unit: 'ms', bound: 1.5, detail }];
    },
  },
  {
    name: 'history',
    run: async (stage) => {
      const cost = (slug: string, bytes: number) => () =>
        cpuPerStream(stage.gateway, throughGateway(stage), responsesBody(slug, bytes), 1, 20);
      const least = await leastOf(25, {
        parse: async () => bareParse(responsesBody('chat-flow-0', MEGABYTE), 20),
        chatSmall: cost('chat-flow-0', 0),
        chatLarge: cost('chat-flow-0', MEGABYTE),
        nativeSmall: cost('native-flow-0', 0),
        nativeLarge: cost('native-flow-0', MEGABYTE),
      });
      const costs = {
        parse: least.parse,
        translated: least.chatLarge - least.chatSmall,
        bytes: least.nativeLarge - least.nativeSmall,
      };
      const detail = `parse and stringify ${ms(costs.parse)}, translated ${ms(costs.translated)}, bytes ${ms(costs.bytes)}`;
      return [
        { name: '1 MB history', value: costs.translated / costs.parse, unit: 'x bare parse', bound: 2, detail },
        {
          name: '1 MB request as bytes',
          value: costs.bytes / costs.translated,
          unit: 'x translated',
          bound: 0.4,
          detail,
        },
      ];
    },
  },
  {
    name: 'open',
    run: async ({ upstream }) => [
      ...(await openStreams(upstream, 0, 'small bodies')),
      ...(await openStreams(upstream, 40_960, '40 KB bodies')),
    ],
  },
];

function bareParse(body: string, times: number): number {
  const bytes = Buffer.from(body);
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) Buffer.from(JSON.stringify(JSON.parse(bytes.toString())));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / times;
}

const OPEN = 1_000;

/** Fresh processes, so that no earlier measurement's memory counts. */
async function openStreams(upstream: Measured, bodyBytes: number, name: string): Promise<readonly Result[]> {
  const raw = await startServer('./raw-proxy.ts', [upstream.url]);
  const rawMb = await memoryOpen(raw, { url: raw.url, path: '/v1/chat/completions' }, chatBody('hold', bodyBytes));
  await raw.close();
  const results: Result[] = [];
  for (const kind of ['chat', 'native']) {
    const gateway = await startGateway(upstream.url, MODELS);
    const place = { url: gateway.url, path: '/v1/responses', token: gateway.token };
    const { rssMb, open } = await memoryOpen(gateway, place, responsesBody(`${kind}-hold`, bodyBytes));
    await gateway.close();
    const bound = bodyBytes === 0 ? 300 : rawMb.rssMb;
    const detail = `raw proxy ${rawMb.rssMb.toFixed(0)} MB, ${rawMb.open} open`;
    results.push(
      { name: `1,000 open, ${name}, ${kind}: dropped`, value: OPEN - open, unit: '', bound: 0, detail: `${open} open` },
      { name: `1,000 open, ${name}, ${kind}: memory`, value: rssMb, unit: 'MB', bound, detail },
    );
  }
  return results;
}

async function memoryOpen(measured: Measured, place: Place, body: string): Promise<{ rssMb: number; open: number }> {
  const held: Awaited<ReturnType<typeof hold>>[] = [];
  while (held.length < OPEN) held.push(...(await Promise.all(Array.from({ length: 50 }, () => hold(place, body)))));
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const { rssMb } = await measured.used();
  const open = held.filter((one) => one.isOpen()).length;
  for (const one of held) one.leave();
  return { rssMb, open };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (!existsSync('dist/main.js')) throw new Error('measure what is published: run `npm run build` first');
const words = process.argv.slice(2);
const upstream = await startServer('./upstream.ts');
const raw = await startServer('./raw-proxy.ts', [upstream.url]);
const gateway = await startGateway(upstream.url, MODELS);
let missed = 0;
try {
  for (const bench of BENCHES.filter(({ name }) => words.length === 0 || words.includes(name))) {
    for (const { name, value, unit, bound, detail } of await bench.run({ upstream, raw, gateway })) {
      const ok = value <= bound;
      if (!ok) missed += 1;
      const number = `${value.toFixed(2)} ${unit}`.trim();
      console.log(
        `${ok ? 'ok  ' : 'MISS'} ${name.padEnd(44)} ${number.padStart(18)}  bound ${bound.toFixed(2).padStart(7)}  (${detail})`,
      );
    }
  }
} finally {
  await Promise.all([upstream.close(), raw.close(), gateway.close()]);
}
process.exitCode = missed === 0 ? 0 : 1;
