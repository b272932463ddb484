import type { Secret } from '../providers/provider.ts';

/** The id under which Codex knows the gateway. */
export const PROVIDER_ID = 'plugboard';

/** How Codex proves itself to the gateway.
 *  `command`: Codex runs it at each start, after a 401 and every 30 s of use, and takes its output as the bearer token.
 *             The command also brings the gateway up, so a crash heals in the middle of a turn.
 *  `token`:   the token as it is, for a Codex that knows no commands.
 *  `login`:   Codex's own login goes along untouched, so our token travels beside it as `x-api-key`. Codex sends no
 *             request at all where a command and a login come together. */
export type GatewayAuth =
  | { readonly kind: 'command'; readonly command: string; readonly args: readonly string[] }
  | { readonly kind: 'token'; readonly token: TokenSource }
  | { readonly kind: 'login'; readonly token: TokenSource };

/** A file carries the token itself, since the next shell does not have our variables; a command line, which other users
 *  can read, names a variable. */
export type TokenSource = { readonly secret: Secret } | { readonly variable: string };

/** @property baseUrl           all that stands before `/responses` and `/models`.
 *  @property remoteCompaction  long conversations are condensed by the gateway.
 *  @property websocket         Codex speaks over sockets.
 *  @property headers           that each of its requests carries besides. */
export type ProviderEntry = {
  readonly baseUrl: string;
  readonly auth: GatewayAuth;
  readonly remoteCompaction?: boolean;
  readonly websocket?: boolean;
  readonly headers?: { readonly [name: string]: string };
};

type TomlValue = string | number | boolean | readonly string[] | { readonly [key: string]: TomlValue };

/** The token command may have to start the gateway on a slow machine. Codex's default is 5 s. */
const TOKEN_TIMEOUT_MS = 15_000;
/** How long Codex reuses a token before it asks again: the longest that a dead gateway stays unnoticed. */
const TOKEN_REFRESH_MS = 30_000;

/** A secret stands in this entry, so the file that holds it must be the user's alone. */
export function holdsSecret(entry: ProviderEntry): boolean {
  return entry.auth.kind !== 'command' && 'secret' in entry.auth.token;
}

/** The members of `[model_providers.plugboard]`. Codex 0.118.0 is the first that knows `auth`
 *  (https://github.com/openai/codex/pull/16288). That alone makes it fetch our models too, but it then lists them among
 *  its own; with `model_catalog_url` it lists ours alone. */
export function providerMembers(entry: ProviderEntry): { readonly [key: string]: TomlValue } {
  const common = {
    name: 'Plugboard',
    base_url: entry.baseUrl,
    wire_api: 'responses',
    model_catalog_url: `${entry.baseUrl}/models`,
    ...(entry.websocket === true ? { supports_websockets: true } : {}),
    ...(entry.remoteCompaction === true ? { capabilities: { remote_compaction: 'v2' } } : {}),
  };
  const headers = entry.headers === undefined ? {} : { http_headers: entry.headers };
  switch (entry.auth.kind) {
    case 'command': {
      const { command, args } = entry.auth;
      const auth = { command, args, timeout_ms: TOKEN_TIMEOUT_MS, refresh_interval_ms: TOKEN_REFRESH_MS };
      return { ...common, ...headers, auth };
    }
    case 'token':
      return { ...common, ...headers, ...bearer(entry.auth.token) };
    case 'login':
      return {
        ...common,
        requires_openai_auth: true,
        ...apiKeyHeader(entry.auth.token, entry.headers),
      };
  }
}

function bearer(token: TokenSource): { readonly [key: string]: TomlValue } {
  return 'secret' in token ? { experimental_bearer_token: token.secret.reveal() } : { env_key: token.variable };
}

function apiKeyHeader(token: TokenSource, headers: ProviderEntry['headers']): { readonly [key: string]: TomlValue } {
  if ('secret' in token) return { http_headers: { ...headers, 'x-api-key': token.secret.reveal() } };
  const others = headers === undefined ? {} : { http_headers: headers };
  return { ...others, env_http_headers: { 'x-api-key': token.variable } };
}

/** `[model_providers.plugboard]` with one member a line; no line end after the last. */
export function providerTable(entry: ProviderEntry): string[] {
  const members = Object.entries(providerMembers(entry)).map(([key, value]) => `${key} = ${toToml(value)}`);
  return [`[model_providers.${PROVIDER_ID}]`, ...members];
}

/** A TOML value on one line, as it may stand in a file or behind `-c KEY=`. */
export function toToml(value: TomlValue): string {
  if (typeof value === 'string') return tomlString(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(tomlString).join(', ')}]`;
  const members = Object.entries(value).map(([key, member]) => `${key} = ${toToml(member)}`);
  return `{ ${members.join(', ')} }`;
}

function isList(value: readonly string[] | { readonly [key: string]: TomlValue }): value is readonly string[] {
  return Array.isArray(value);
}

/** JSON's escapes are TOML's too, but for DEL, which TOML wants escaped. */
function tomlString(value: string): string {
  return JSON.stringify(value).replaceAll('\u007F', '\\u007F');
}
