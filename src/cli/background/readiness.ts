import { setTimeout as sleep } from 'node:timers/promises';
import { isJsonObject, parseJson } from '../../ir/json.ts';
import { callGateway, type Gateway, GatewayUnreachable } from '../gateway-client.ts';

const POLL_MS = 50;
const CALL_LIMIT_MS = 5_000;

/** @property problems  why it cannot serve, as sentences. */
export type Readiness = { readonly ready: boolean; readonly problems: readonly string[] };

/** Can the gateway serve? Asked again until it can or the time is up. @param limitMs  0 asks once. */
export async function readiness(gateway: Gateway, limitMs: number): Promise<Readiness> {
  for (const deadline = Date.now() + limitMs; ; await sleep(POLL_MS)) {
    const found = await askOnce(gateway);
    if (found.ready || Date.now() >= deadline) return found;
  }
}

async function askOnce(gateway: Gateway): Promise<Readiness> {
  try {
    const reply = await callGateway(gateway, { path: '/health/ready', timeoutMs: CALL_LIMIT_MS });
    return { ready: reply.status === 200, problems: problemsIn(reply.text) };
  } catch (error) {
    if (error instanceof GatewayUnreachable) return { ready: false, problems: [error.message] };
    throw error;
  }
}

function problemsIn(text: string): readonly string[] {
  const body = parseJson(text);
  const problems = isJsonObject(body) ? body['problems'] : undefined;
  return Array.isArray(problems) ? problems.filter((problem) => typeof problem === 'string') : [];
}
