import { parse, TomlError } from 'smol-toml';
import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import { error, type Finding, ok, warning } from './finding.ts';

/** Ids that Codex keeps for itself and refuses as tables. */
const RESERVED = ['openai', 'ollama', 'lmstudio'];
const BUILT_IN = [...RESERVED, 'amazon-bedrock', 'gcp'];

/** What the checks of Codex's own config need to know besides its text.
 *  @property gatewayUrl  where our gateway listens, without a path: `http://127.0.0.1:38440`.
 *  @property shell       the variables of this shell, to see whether `env_key` is set. */
export type CodexConfigFacts = {
  readonly file: string;
  readonly text: string | undefined;
  readonly gatewayUrl: string;
  readonly shell: { readonly [name: string]: string | undefined };
};

/** Codex's config.toml (or a profile file): every slip after which Codex refuses to start or talks to the wrong place. */
export function checkCodexConfig(facts: CodexConfigFacts): Finding[] {
  if (facts.text === undefined) return [ok('codex-config', `${facts.file} does not exist; Codex uses its defaults.`)];
  const config = parseConfig(facts.text);
  if (typeof config === 'string') {
    return [
      error(
        'codex-config-syntax',
        `${facts.file} is not valid TOML: ${config}`,
        `Mend that line, or: plugboard disable`,
      ),
    ];
  }
  const providers = isJsonObject(config['model_providers']) ? config['model_providers'] : {};
  return [
    ...checkSelection(facts, config, providers),
    ...Object.entries(providers).flatMap(([id, entry]) => (isJsonObject(entry) ? checkEntry(facts, id, entry) : [])),
  ];
}

function checkSelection(facts: CodexConfigFacts, config: JsonObject, providers: JsonObject): Finding[] {
  const selected = config['model_provider'];
  const findings: Finding[] = [];
  if (config['profile'] !== undefined) {
    findings.push(
      error(
        'legacy-profile',
        `${facts.file} sets \`profile\`, which Codex no longer takes.`,
        `Take the line out and start Codex with: codex --profile ${String(config['profile'])}`,
      ),
    );
  }
  if (typeof selected === 'string' && !(selected in providers) && !BUILT_IN.includes(selected)) {
    findings.push(
      error(
        'provider-without-table',
        `${facts.file} says model_provider = "${selected}", but has no table [model_providers.${selected}].`,
        selected === 'plugboard' ? 'Run: plugboard enable' : `Add the table, or take the line out.`,
      ),
    );
  }
  return findings;
}

function checkEntry(facts: CodexConfigFacts, id: string, entry: JsonObject): Finding[] {
  const where = `[model_providers.${id}] in ${facts.file}`;
  const findings: Finding[] = [];
  if (RESERVED.includes(id)) {
    findings.push(
      error(
        'reserved-id',
        `${where}: "${id}" is a reserved id; Codex refuses its whole config.`,
        `Rename the table, for example to [model_providers.${id}-custom], and model_provider with it.`,
      ),
    );
  }
  const wire = entry['wire_api'];
  if (wire !== undefined && wire !== 'responses') {
    findings.push(
      error(
        'wire-api',
        `${where} says wire_api = ${JSON.stringify(wire)}; Codex speaks only "responses" now.`,
        'Point it at Plugboard, which translates: plugboard enable',
      ),
    );
  }
  if (typeof entry['base_url'] === 'string') findings.push(...checkBaseUrl(facts, id, where, entry['base_url']));
  if (typeof entry['env_key'] === 'string') findings.push(...checkEnvKey(facts, where, entry['env_key']));
  return findings;
}

function checkBaseUrl(facts: CodexConfigFacts, id: string, where: string, baseUrl: string): Finding[] {
  if (!URL.canParse(baseUrl)) {
    return [error('base-url', `${where}: base_url "${baseUrl}" is no URL.`, `Use base_url = "${facts.gatewayUrl}/v1"`)];
  }
  const url = new URL(baseUrl);
  if (url.host !== new URL(facts.gatewayUrl).host) {
    return id === 'plugboard'
      ? [
          error(
            'base-url-elsewhere',
            `${where} points to ${url.host}, but the gateway is at ${facts.gatewayUrl}.`,
            'Run: plugboard disable && plugboard enable',
          ),
        ]
      : [];
  }
  const path = url.pathname.replace(/\/+$/, '');
  if (path === '/v1') return [];
  const wanted = `Use base_url = "${facts.gatewayUrl}/v1"`;
  if (path === '') return [error('base-url-path', `${where}: base_url lacks /v1.`, wanted)];
  if (path === '/v1/v1') return [error('base-url-path', `${where}: base_url has /v1 twice.`, wanted)];
  return [error('base-url-path', `${where}: base_url has the path ${path}; Codex adds /responses to it.`, wanted)];
}

function checkEnvKey(facts: CodexConfigFacts, where: string, name: string): Finding[] {
  const value = facts.shell[name];
  if (value !== undefined && value !== '') return [];
  return [
    warning(
      'env-key',
      `${where} takes its key from ${name}, which is ${value === '' ? 'empty' : 'not set'} in this shell.`,
      `Set it where Codex starts: export ${name}=..., or write it into .env beside Codex's config.`,
    ),
  ];
}

/** The variables that a config's providers take their keys from. */
export function configuredKeys(text: string | undefined): string[] {
  const config = parseConfig(text ?? '');
  const providers = typeof config === 'string' ? undefined : config['model_providers'];
  if (!isJsonObject(providers)) return [];
  return Object.values(providers).flatMap((entry) => {
    const name = isJsonObject(entry) ? entry['env_key'] : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}

function parseConfig(text: string): JsonObject | string {
  try {
    const value: unknown = parse(text);
    return isJsonObject(value) ? value : 'it holds no table';
  } catch (cause) {
    if (cause instanceof TomlError) return cause.message.split('\n')[0] ?? 'it does not parse';
    throw cause;
  }
}
