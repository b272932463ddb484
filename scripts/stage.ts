/** A gateway on the simulator, for conformance suites that want an address: `npm run stage -- [PORT]`. One obliging model for
 *  each upstream protocol, without configuration, account or network. Ends with Ctrl+C and leaves nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { places, processEnvironment } from '../src/config/environment.ts';
import { startGateway } from '../src/gateway/start.ts';
import { PROTOCOL_IDS } from '../src/ir/protocol-id.ts';
import { obligingScenario } from '../src/simulator/obliging.ts';
import { startSimulator } from '../src/simulator/server.ts';

const port = Number(process.argv[2] ?? 38_441);
const simulator = await startSimulator({ scenario: obligingScenario, models: [...PROTOCOL_IDS], rules: 'plain' });
const home = mkdtempSync(join(tmpdir(), 'plugboard-stage-'));
/** Each protocol as one of its providers is configured; native ones pass bytes. The simulated provider of Chat Completions
 *  keeps to schemas and efforts, as most do; of one without a preset that is not assumed. */
const PROVIDERS: Readonly<Record<string, string>> = {
  'on-openai-responses': 'protocol: openai-responses',
  'on-openai-chat': `protocol: openai-chat, quirks: [
    { kind: output-format, accepts: json-schema, source: "https://platform.openai.com/docs/api-reference/chat/create" },
    { kind: effort-dialect, source: "https://platform.openai.com/docs/api-reference/chat/create",
      effort: { kind: field, path: [reasoning_effort], levels: [none, low, medium, high] } }]`,
  'on-anthropic-messages': 'protocol: anthropic-messages',
  'on-gemini': 'preset: gemini',
  'native-openai-responses': 'preset: openai',
  'native-anthropic-messages': 'preset: anthropic',
};
const line = ([id, kind]: readonly [string, string]): string =>
  `  ${id}: { ${kind}, base_url: "${simulator.url}/v1", api_key: simulated }`;
const model = (id: string): string =>
  `  - { slug: ${id}, provider: ${id}, model: ${id.replace(/^(on|native)-/, '')}, input_modalities: [text, image], reasoning_levels: [low, high] }`;
writeFileSync(
  join(home, 'config.yaml'),
  `providers:\n${Object.entries(PROVIDERS).map(line).join('\n')}\nmodels:\n${Object.keys(PROVIDERS).map(model).join('\n')}\ndefault_model: on-openai-chat\n`,
);
const environment = { ...processEnvironment(), PLUGBOARD_HOME: home };
const gateway = await startGateway(
  { version: 'stage', environment, places: places(environment), port, logLevel: 'silent' },
  () => {},
);
console.log(`${gateway.url}/v1  token ${gateway.token}  models ${Object.keys(PROVIDERS).join(', ')}`);
async function end(): Promise<void> {
  await gateway.stop();
  await simulator.close();
  rmSync(home, { recursive: true, force: true });
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
