import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as Library from '@pydantic/genai-prices';
import { natural, totalInput, type Usage } from '../ir/usage.ts';
import type { Model, Price } from '../providers/provider.ts';

/** @property costNanoUsd  integer, rounded once.
 *  @property source       `config` for the user's own price, else the price table's id of provider and model. */
export type Cost = { readonly costNanoUsd: number; readonly source: string };

/** What a call cost, or `undefined` where the model is unpriced, which is not zero. The user's price of the model wins;
 *  else the price table is asked, always for the provider that served: the same model costs differently elsewhere.
 *  A provider on the user's own machine has no price either: what stands behind it may bill all the same, as a proxy or
 *  a rented machine does. Who knows better writes `price: { input: 0, output: 0 }`.
 *  @param at  ms since the epoch: prices change with the date and with the hour. */
export function costOf(model: Model, usage: Usage, at: number): Cost | undefined {
  if (model.price !== undefined) return { costNanoUsd: ownCost(model.price, usage), source: 'config' };
  const provider = tableProvider(model);
  if (provider === undefined) return undefined;
  const counts = {
    // The table counts as OpenAI does: the cached tokens are a part of the input.
    input_tokens: totalInput(usage),
    cache_read_tokens: usage.cacheRead,
    cache_write_tokens: usage.cacheWrite,
    output_tokens: usage.output,
  };
  const found = table().calcPrice(counts, model.upstreamId, { provider, timestamp: new Date(at) });
  if (found === null) return undefined;
  return { costNanoUsd: Math.round(found.total_price * 1e9), source: `genai-prices:${provider.id}/${found.model.id}` };
}

/** What a token costs, for lists: the price for short prompts where it depends on their length. */
export function priceOf(model: Model, at: number): Price | undefined {
  if (model.price !== undefined) return model.price;
  const minute = Math.floor(at / 60_000);
  let found = looked.get(model);
  if (found?.minute !== minute) {
    found = { minute, price: lookUp(model, at) };
    looked.set(model, found);
  }
  return found.price;
}

/** Plans compare prices for each call, and a look into the table takes longer than all the rest of a plan; prices change
 *  by the hour, or at half past. */
const looked = new WeakMap<Model, { readonly minute: number; readonly price: Price | undefined }>();

function lookUp(model: Model, at: number): Price | undefined {
  const provider = tableProvider(model);
  if (provider === undefined) return undefined;
  const found = table().calcPrice({ input_tokens: 0, output_tokens: 0 }, model.upstreamId, {
    provider,
    timestamp: new Date(at),
  });
  if (found === null) return undefined;
  const { input_mtok: input, output_mtok: output, cache_read_mtok: read, cache_write_mtok: write } = found.model_price;
  if (input === undefined || output === undefined) return undefined;
  return {
    input: nanoPerToken(input),
    output: nanoPerToken(output),
    ...(read === undefined ? {} : { cacheRead: nanoPerToken(read) }),
    ...(write === undefined ? {} : { cacheWrite: nanoPerToken(write) }),
  };
}

/** Loads the price table: about 50 ms and 20 MB. `costOf` does so itself when it first needs it; a gateway asks for it
 *  once it is ready, so that neither its start nor its first reply waits. */
export function loadPrices(): void {
  table();
}

/** Name and version of the price table: `genai-prices 0.1.8`. */
export function priceTable(): string {
  const entry = createRequire(import.meta.url).resolve('@pydantic/genai-prices');
  const { version }: { version?: unknown } = JSON.parse(
    readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8'),
  );
  return `genai-prices ${String(version)}`;
}

type Table = Pick<typeof Library, 'calcPrice' | 'findProvider'>;
let loaded: Table | undefined;

/** Loaded by need and at once: a cost is asked for where nothing can wait. */
function table(): Table {
  if (loaded === undefined) {
    const library: Table = createRequire(import.meta.url)('@pydantic/genai-prices');
    loaded = library;
  }
  return loaded;
}

function tableProvider(model: Model): Library.Provider | undefined {
  const { priceId } = model.provider;
  if (priceId === undefined) return undefined;
  // The table also finds providers by likeness; a price of another provider would be worse than none.
  const found = table().findProvider({ providerId: priceId });
  return found?.id === priceId ? found : undefined;
}

function ownCost(price: Price, usage: Usage): number {
  return Math.round(
    price.input * natural(usage.freshInput) +
      (price.cacheRead ?? price.input) * natural(usage.cacheRead) +
      (price.cacheWrite ?? price.input) * natural(usage.cacheWrite) +
      price.output * natural(usage.output),
  );
}

/** USD per million tokens are a thousandth of nano-USD per token. */
function nanoPerToken(price: number | Library.TieredPrices): number {
  const usd = typeof price === 'number' ? price : price.base;
  return Number((usd * 1_000).toPrecision(12));
}
