import { createServer, type RequestListener, type Server } from 'node:http';
import type { TestContext } from 'node:test';
import { type Provider, Secret, type Target } from '../../providers/provider.ts';
import { testModel, testProvider } from '../../providers/testing/provider.ts';
import type { UpstreamCall } from '../upstream.ts';

/** A target of one model at a provider with a key. */
export function testTarget(members: Partial<Provider> = {}, key: string | null = 'key-of-the-test-0123456789'): Target {
  const provider = testProvider(members);
  return {
    model: testModel(`${provider.id}-slug`, provider, { upstreamId: `${provider.id}-model` }),
    credential: key === null ? null : { id: 'c1', secret: new Secret(key) },
  };
}

export function testCall(target: Target, members: Partial<UpstreamCall> = {}): UpstreamCall {
  return {
    target,
    method: 'POST',
    path: '/x',
    headers: { 'content-type': 'application/json' },
    clientHeaders: {},
    body: '{"a":1}',
    signal: new AbortController().signal,
    ...members,
  };
}

/** A server on any free port of loopback, closed with the test. @returns its origin. */
export async function listening(context: TestContext, listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}
