import { compileDialect } from '../dialect.ts';
import type { Model, Provider } from '../provider.ts';

/** A provider of Chat Completions whose members do not matter to the test, but for those that it names. */
export function testProvider(members: Partial<Provider> = {}): Provider {
  const { protocol = 'openai-chat', quirks = [], native = false } = members;
  return {
    id: 'somewhere',
    name: 'Somewhere',
    protocol,
    baseUrl: 'http://127.0.0.1:9/v1',
    auth: { type: 'bearer' },
    credentials: [],
    headers: {},
    query: {},
    quirks,
    dialect: compileDialect(protocol, quirks, native),
    native,
    local: false,
    timeouts: { connectMs: 2_000, firstByteMs: 2_000, idleMs: 2_000 },
    ...members,
  };
}

/** A model of it, called at the provider as its slug says. */
export function testModel(slug: string, provider: Provider, members: Partial<Model> = {}): Model {
  return { slug, displayName: slug, provider, upstreamId: slug, facts: {}, listed: true, ...members };
}
