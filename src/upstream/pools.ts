import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { GatewayError } from '../ir/failure.ts';
import type { Provider } from '../providers/provider.ts';
import { guardedLookup } from './guarded-lookup.ts';
import { type ProxySettings, proxyFor } from './proxy.ts';
import type { AddressGuard } from './upstream.ts';

/** Connections are kept this long without use, in ms: longer than the pauses of an agent's loop. */
const KEEP_ALIVE_MS = 60_000;

/** A pool that no call has asked for in so long a time, in ms, is closed: after a reload nothing leads to it. */
const UNUSED_MS = 10 * 60_000;

type Pool = { readonly dispatcher: Dispatcher; usedAt: number };

/** Connection pools, one for each set of connection settings, so that providers that differ in nothing share one.
 *  HTTP/1.1 only: a lost packet on a shared HTTP/2 connection would stall every stream on it. */
export type Pools = {
  /** @throws GatewayError transport when the provider's `ca_file` cannot be read. */
  readonly poolFor: (provider: Provider, url: URL, guard?: AddressGuard) => Dispatcher;
  readonly close: () => Promise<void>;
};

/** @param now  ms, of any clock. */
export function createPools(proxies: ProxySettings, now: () => number = () => performance.now()): Pools {
  const pools = new Map<string, Pool>();
  /** Their last replies are still coming. */
  const closing = new Set<Dispatcher>();
  let lookedAt = now();

  function closeUnused(): void {
    for (const [key, { dispatcher, usedAt }] of pools) {
      if (now() - usedAt < UNUSED_MS) continue;
      pools.delete(key);
      closing.add(dispatcher);
      // One that is made to end meanwhile has ended all the same.
      const gone = (): unknown => closing.delete(dispatcher);
      dispatcher.close().then(gone, gone);
    }
  }

  return {
    poolFor: (provider, url, guard) => {
      if (now() - lookedAt >= UNUSED_MS / 10) {
        lookedAt = now();
        closeUnused();
      }
      const proxy = proxyFor(url, provider.proxy, proxies);
      const { concurrency, caFile } = provider;
      const own = concurrency === undefined ? undefined : provider.id;
      const key = JSON.stringify([url.origin, proxy, caFile, concurrency, own, provider.timeouts.connectMs, guard?.id]);
      let pool = pools.get(key);
      if (pool === undefined) {
        pool = { dispatcher: createPool(provider, proxy, guard), usedAt: 0 };
        pools.set(key, pool);
      }
      pool.usedAt = now();
      return pool.dispatcher;
    },
    close: async () => {
      await Promise.all([...closing, ...[...pools.values()].map(({ dispatcher }) => dispatcher)].map(destroyed));
      pools.clear();
    },
  };
}

async function destroyed(dispatcher: Dispatcher): Promise<void> {
  await dispatcher.destroy();
}

function createPool(provider: Provider, proxy: string | undefined, guard: AddressGuard | undefined): Dispatcher {
  const tls = provider.caFile === undefined ? {} : { ca: [...getCACertificates('default'), readCa(provider.caFile)] };
  const lookup = guard === undefined ? {} : { lookup: guardedLookup(guard) };
  const options = {
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    connect: { timeout: provider.timeouts.connectMs, ...lookup, ...tls },
    ...(provider.concurrency === undefined ? {} : { connections: provider.concurrency }),
  };
  return proxy === undefined
    ? new Agent(options)
    : new ProxyAgent({
        ...options,
        uri: proxy,
        proxyTls: lookup,
        requestTls: { timeout: provider.timeouts.connectMs, ...tls },
      });
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new GatewayError(
      { kind: 'transport', message: `The certificate file ${file} cannot be read.`, mend: 'Correct `ca_file`.' },
      { cause },
    );
  }
}
