import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Scenario } from '../../../src/simulator/script.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/server.ts';

/** How a deployment fails: nobody listens, nothing is ever answered, it has had enough, it is broken, or it knows this
 *  key no longer. */
export type Trouble = 'refuses' | 'hangs' | 'limits' | 'breaks' | 'denies';

/** A scripted provider behind a door that counts and can fail.
 *  @property url     without path. @property keys  of each call that came in, in order: what came after it failed too.
 *  @property most    how many calls ran there at once, at the most.
 *  @property calls   how many came in. @property troubled  how many of them came while it failed; a connection that
 *                    was refused is none.
 *  @property fails   from now on, or no longer. */
export type ScriptedDeployment = {
  readonly url: string;
  readonly keys: readonly string[];
  readonly most: () => number;
  readonly calls: () => number;
  readonly troubled: () => number;
  readonly fails: (trouble: Trouble | undefined, key?: string) => void;
  readonly close: () => Promise<void>;
};

const REFUSALS = {
  limits: [429, 'Rate limit reached.', 'rate_limit_exceeded'],
  breaks: [500, 'Internal error.', 'server_error'],
  denies: [401, 'Incorrect API key provided.', 'invalid_api_key'],
} as const;

export async function startDeployment(scenario: Scenario): Promise<ScriptedDeployment> {
  const simulator: Simulator = await startSimulator({ scenario, rules: 'plain' });
  const keys: string[] = [];
  let running = 0;
  let most = 0;
  let troubled = 0;
  let trouble: Trouble | undefined;
  let only: string | undefined;

  const forward = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const key = /^Bearer (.*)$/.exec(incoming.headers.authorization ?? '')?.[1] ?? '';
    if (incoming.method === 'POST') keys.push(key);
    const failing = incoming.method === 'POST' && (only === undefined || only === key) ? trouble : undefined;
    if (failing !== undefined) {
      troubled += 1;
      incoming.resume();
      if (failing === 'hangs') return;
      if (failing === 'refuses') return void incoming.socket.resetAndDestroy();
      const [status, message, code] = REFUSALS[failing];
      outgoing.writeHead(status, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify({ error: { message, type: code, param: null, code } }));
      return;
    }
    running += 1;
    most = Math.max(most, running);
    outgoing.once('close', () => {
      running -= 1;
    });
    const { host: _host, ...headers } = incoming.headers;
    const upstream = request(`${simulator.url}${incoming.url ?? '/'}`, { method: incoming.method ?? 'GET', headers });
    outgoing.once('close', () => upstream.destroy());
    upstream.once('error', () => outgoing.destroy());
    upstream.once('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(upstream);
  };
  const server = createServer(forward);
  const listen = (port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  const port = await listen(0);
  return {
    url: `http://127.0.0.1:${port}`,
    keys,
    most: () => most,
    calls: () => keys.length,
    troubled: () => troubled,
    fails: (next, key) => {
      trouble = next;
      only = key;
      // What is under way comes to its end; kept connections close with it, and no new ones are taken.
      if (next === 'refuses') server.close();
      if (next === 'refuses') server.closeIdleConnections();
      if (next === undefined && !server.listening) void listen(port);
    },
    close: async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
      await simulator.close();
    },
  };
}
