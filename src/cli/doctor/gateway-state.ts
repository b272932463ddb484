import { z } from 'zod';
import type { GatewayState } from '../../codex/doctor/gateway.ts';
import { readRunState } from '../../config/run-state.ts';
import type { Snapshot } from '../../config/snapshot.ts';
import { ensureToken } from '../../config/token.ts';
import { parseJson } from '../../ir/json.ts';
import type { CommandContext } from '../context.ts';
import { callGateway, type GatewayReply, GatewayUnreachable } from '../gateway-client.ts';

const CALL_LIMIT_MS = 5_000;

const statusSchema = z.object({
  version: z.string(),
  instance: z.string(),
  disabled: z.array(z.object({ id: z.string(), reason: z.string(), slugs: z.array(z.string()) })),
  models: z
    .array(z.object({ slug: z.string(), health: z.object({ limit: z.object({ reason: z.string() }).optional() }) }))
    .default([]),
});

/** What answers where the gateway was last seen, else where the configuration puts it. */
export async function gatewayState(snapshot: Snapshot, context: CommandContext): Promise<GatewayState> {
  const { home } = context.places;
  const recorded = readRunState(home);
  const { host, port, tls } = snapshot.server;
  const configured = `${tls === undefined ? 'http' : 'https'}://${host}:${port}`;
  const url = recorded.status === 'running' ? recorded.state.url.replace(/\/+$/, '') : configured;
  let reply: GatewayReply;
  try {
    reply = await callGateway({ url, token: ensureToken(home) }, { path: '/admin/status', timeoutMs: CALL_LIMIT_MS });
  } catch (cause) {
    if (cause instanceof GatewayUnreachable) return { kind: 'down', url };
    throw cause;
  }
  const status = statusSchema.safeParse(parseJson(reply.text));
  if (reply.status === 200 && status.success) {
    const { version, disabled, models } = status.data;
    const limited = models.flatMap(({ slug, health: { limit } }) =>
      limit === undefined ? [] : [{ slug, reason: limit.reason }],
    );
    return { kind: 'up', url, version, disabled, limited };
  }
  const ours = reply.headers['x-request-id'] !== undefined || recorded.status === 'running';
  return reply.status === 401 && ours
    ? { kind: 'token-refused', url }
    : { kind: 'foreign', url, said: `HTTP ${reply.status}` };
}
