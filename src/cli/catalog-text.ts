import { isJsonObject, parseJson } from '../ir/json.ts';
import { CliError } from './cli-error.ts';
import { callGateway, type Gateway } from './gateway-client.ts';

const CALL_LIMIT_MS = 10_000;

/** Codex's model catalogue as a file of its own holds it. The gateway is asked, which knows what the providers told of
 *  their models. */
export async function catalogText(gateway: Gateway): Promise<string> {
  const reply = await callGateway(gateway, { path: '/v1/models', timeoutMs: CALL_LIMIT_MS });
  const body = parseJson(reply.text);
  const models = isJsonObject(body) ? body['models'] : undefined;
  if (reply.status === 200 && Array.isArray(models)) return `${JSON.stringify({ models }, null, 2)}\n`;
  throw new CliError({ message: `the gateway gave no catalogue (HTTP ${reply.status})`, mend: 'plugboard doctor' });
}
