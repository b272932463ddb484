import { createHash } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { ProtocolId } from '../ir/protocol-id.ts';
import { compileDialect } from '../providers/dialect.ts';
import type { Preset } from '../providers/preset.ts';
import { type AuthScheme, type Credential, type Provider, Secret, type Timeouts } from '../providers/provider.ts';
import type { Environment } from './environment.ts';
import type { ProviderEntry } from './schema.ts';
import { durationMs } from './units.ts';
import type { UnsetVariable } from './variables.ts';

/** What one entry of `providers:` becomes. `refused` is a mistake in the file; `disabled` waits for something outside
 *  it, as a key. @property key  the member of the entry that is meant; `` for the entry. */
export type CompiledProvider =
  | { readonly state: 'usable'; readonly provider: Provider; readonly warnings: readonly string[] }
  | { readonly state: 'disabled'; readonly reason: string }
  | { readonly state: 'refused'; readonly key: string; readonly message: string; readonly mend: string };

/** @property unset   variables of this entry that have no value; `path` starts at the entry.
 *  @property folder  of the configuration file: relative paths start there. */
export type ProviderContext = {
  readonly environment: Environment;
  readonly unset: readonly UnsetVariable[];
  readonly folder: string;
  readonly envFile: string;
};

const TIMEOUTS: Timeouts = { connectMs: 10_000, firstByteMs: 120_000, idleMs: 300_000 };
/** A local server may first read gigabytes of weights, and then a long prompt without a graphics card. */
const LOCAL_FIRST_BYTE_MS = 600_000;

export function compileProvider(
  id: string,
  entry: ProviderEntry,
  preset: Preset | undefined,
  context: ProviderContext,
): CompiledProvider {
  const protocol = protocolOf(entry, preset);
  if (protocol === undefined) {
    return refused('', 'names neither a preset nor a protocol.', 'Add "preset:", or "protocol:" and "base_url:".');
  }
  if (entry.api_key !== undefined && entry.api_keys !== undefined) {
    return refused('api_keys', 'stands beside api_key.', 'Keep one of the two.');
  }
  const written = entry.base_url ?? (preset?.protocol === protocol ? preset.baseUrl : undefined);
  if (written === undefined) {
    const example = preset?.baseUrlExample ?? 'https://llm.example.com/v1';
    return refused('', 'has no base_url, and none is known for it.', `Add "base_url:", such as ${example}`);
  }
  const open = context.unset.filter((variable) => variable.path[0] !== 'api_keys');
  if (open.length > 0) return { state: 'disabled', reason: unsetReason(open, context.envFile) };

  const url = parseBaseUrl(written);
  if (typeof url !== 'string') return refused('base_url', url.message, url.mend);
  if (entry.proxy !== undefined && !isHttpUrl(entry.proxy)) {
    return refused('proxy', 'is no http or https address.', 'Write it as http://HOST:PORT.');
  }
  const caFile = entry.ca_file === undefined ? undefined : fromFolder(context.folder, entry.ca_file);
  if (caFile !== undefined && !isReadable(caFile)) {
    return { state: 'disabled', reason: `its ca_file ${caFile} cannot be read.` };
  }

  const auth = authOf(protocol, preset);
  const keys = keysOf(entry, preset, auth, context);
  if (keys.state !== 'found') return keys;

  const ownProtocol = preset === undefined || preset.protocol === protocol;
  const native = preset?.native === true && ownProtocol;
  // Another protocol than the preset's: what the preset says of the wire does not hold there, what it knows of the models does.
  const quirks = [...(ownProtocol ? (preset?.quirks ?? []) : []), ...entry.quirks];
  const known = ownProtocol ? preset?.models : preset?.models.map(({ quirks: _, ...facts }) => facts);
  return {
    state: 'usable',
    warnings: keys.warnings,
    provider: {
      id,
      name: preset?.name ?? id,
      ...(preset === undefined ? {} : { preset: preset.id }),
      protocol,
      baseUrl: url,
      auth: keys.credentials.length === 0 && auth.type !== 'passthrough' ? { type: 'none' } : auth,
      credentials: keys.credentials,
      headers: { ...(ownProtocol ? preset?.headers : {}), ...withoutEmpty(entry.headers) },
      query: withoutEmpty(entry.query),
      quirks,
      dialect: compileDialect(protocol, quirks, native),
      ...(known === undefined || known.length === 0 ? {} : { knownModels: known }),
      native,
      local: preset?.local ?? false,
      ...(preset === undefined || preset.keyVariables.length === 0 ? {} : { keyVariables: preset.keyVariables }),
      ...(ownProtocol && preset?.clientMetadata === true ? { clientMetadata: true } : {}),
      ...(preset?.priceId === undefined ? {} : { priceId: preset.priceId }),
      ...(preset?.modelList === undefined || !ownProtocol ? {} : { modelList: preset.modelList }),
      timeouts: timeoutsOf(entry, preset),
      ...(entry.concurrency === undefined ? {} : { concurrency: entry.concurrency }),
      ...(caFile === undefined ? {} : { caFile }),
      ...(entry.proxy === undefined ? {} : { proxy: entry.proxy }),
    },
  };
}

type Keys =
  | { readonly state: 'found'; readonly credentials: readonly Credential[]; readonly warnings: readonly string[] }
  | Extract<CompiledProvider, { state: 'disabled' | 'refused' }>;

function keysOf(entry: ProviderEntry, preset: Preset | undefined, auth: AuthScheme, context: ProviderContext): Keys {
  const asked = entry.api_key !== undefined || entry.api_keys !== undefined;
  if (asked && auth.type === 'passthrough') {
    return refused(
      'api_key',
      `has no place here: ${preset?.keyNote ?? 'the client sends its own login.'}`,
      'Take it out.',
    );
  }
  if (asked) return writtenKeys(entry, context);
  const variables = preset?.keyVariables ?? [];
  if (auth.type === 'none' || auth.type === 'passthrough' || variables.length === 0) return found([]);
  const set = variables.map((name) => context.environment[name]?.trim() ?? '').find((value) => value !== '');
  if (set !== undefined) return fromSecrets([set], []);
  if (preset?.local === true) return found([]);
  const unset = variables.map((name) => ({ path: [], name, empty: context.environment[name] === '' }));
  return { state: 'disabled', reason: unsetReason(unset, context.envFile) };
}

function writtenKeys(entry: ProviderEntry, context: ProviderContext): Keys {
  const missing = context.unset.filter((variable) => variable.path[0] === 'api_keys');
  const missingAt = new Set(missing.map((variable) => variable.path[1]));
  const keys = entry.api_keys?.filter((_, index) => !missingAt.has(index)) ?? [entry.api_key ?? ''];
  const set = keys.map((key) => key.trim()).filter((key) => key !== '');
  if (set.length === 0 && missing.length > 0)
    return { state: 'disabled', reason: unsetReason(missing, context.envFile) };
  // `${NAME:-}` says that the key may be left out: the endpoint is then called without one.
  if (set.length === 0) return found([]);
  const warnings = missing.map((variable) => `the key \${${variable.name}} of the pool is not set and is left out.`);
  return fromSecrets(set, warnings);
}

function fromSecrets(secrets: readonly string[], warnings: readonly string[]): Keys {
  // RFC 9110, section 5.5: a field value is visible characters and inner blanks.
  if (secrets.some((secret) => !/^[\x21-\x7e]+$/.test(secret))) {
    return { state: 'disabled', reason: 'its key holds a blank or a character that no key has: copy it again.' };
  }
  const credentials = [...new Set(secrets)].map((secret) => ({ id: credentialId(secret), secret: new Secret(secret) }));
  return found(credentials, warnings);
}

function found(credentials: readonly Credential[], warnings: readonly string[] = []): Keys {
  return { state: 'found', credentials, warnings };
}

/** A digest that is short enough to give nothing away and long enough to tell a user's keys apart. */
function credentialId(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 12);
}

function unsetReason(unset: readonly UnsetVariable[], envFile: string): string {
  const names = [...new Set(unset.map((variable) => variable.name))];
  const state = unset.every((variable) => variable.empty) ? 'set but empty' : 'not set';
  const which = names.length === 1 ? `the variable ${names[0]} is` : `the variables ${names.join(' and ')} are`;
  return `${which} ${state}. Export it, or write it into ${envFile}.`;
}

function protocolOf(entry: ProviderEntry, preset: Preset | undefined): ProtocolId | undefined {
  // Gemini's own protocol was refused before, as a promise that this version cannot keep.
  if (entry.protocol === undefined || entry.protocol === 'gemini') return preset?.protocol;
  return entry.protocol;
}

function authOf(protocol: ProtocolId, preset: Preset | undefined): AuthScheme {
  if (preset !== undefined && preset.protocol === protocol) return preset.auth;
  return protocol === 'anthropic-messages' ? { type: 'header', name: 'x-api-key' } : { type: 'bearer' };
}

function timeoutsOf(entry: ProviderEntry, preset: Preset | undefined): Timeouts {
  const { connect, first_byte: firstByte, idle } = entry.timeouts;
  const usual = preset?.local === true ? { ...TIMEOUTS, firstByteMs: LOCAL_FIRST_BYTE_MS } : TIMEOUTS;
  return {
    connectMs: connect === undefined ? usual.connectMs : durationMs(connect),
    firstByteMs: firstByte === undefined ? usual.firstByteMs : durationMs(firstByte),
    idleMs: idle === undefined ? usual.idleMs : durationMs(idle),
  };
}

function parseBaseUrl(text: string): string | { readonly message: string; readonly mend: string } {
  if (!isHttpUrl(text)) return { message: 'is no http or https address.', mend: 'Write it as https://HOST/PATH.' };
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    return { message: 'holds a name or password.', mend: 'Put the key into "api_key:".' };
  }
  if (url.search !== '' || url.hash !== '') {
    return { message: 'holds a query or a fragment.', mend: 'Put its parameters into "query:".' };
  }
  return text.replace(/\/+$/, '');
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function fromFolder(folder: string, path: string): string {
  return isAbsolute(path) ? path : resolve(folder, path);
}

function withoutEmpty(values: { readonly [name: string]: string }): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

function refused(key: string, message: string, mend: string): Extract<CompiledProvider, { state: 'refused' }> {
  return { state: 'refused', key, message, mend };
}
