import { accessSync, constants } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { ProtocolId } from '../ir/protocol-id.ts';
import { protocolById } from '../protocols/registry.ts';
import { compileDialect } from '../providers/dialect.ts';
import type { Preset } from '../providers/preset.ts';
import type { AuthScheme, Provider, Timeouts } from '../providers/provider.ts';
import { type CompiledProvider, type ProviderContext, refused } from './compiled-provider.ts';
import { keysOf, unsetReason } from './provider-keys.ts';
import type { ProviderEntry } from './schema.ts';
import { durationMs } from './units.ts';

const TIMEOUTS: Timeouts = { connectMs: 10_000, firstByteMs: 120_000, idleMs: 300_000 };
/** A local server may first read gigabytes of weights, and then a long prompt without a graphics card. */
const LOCAL_FIRST_BYTE_MS = 600_000;

export function compileProvider(
  id: string,
  entry: ProviderEntry,
  preset: Preset | undefined,
  context: ProviderContext,
): CompiledProvider {
  const protocol = entry.protocol ?? preset?.protocol;
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
  const modelList = (ownProtocol ? preset?.modelList : undefined) ?? protocolById(protocol).defaults.modelList;
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
      ...(ownProtocol && preset?.streamOnly === true ? { streamOnly: true } : {}),
      local: preset?.local ?? false,
      ...openaiOf(entry, preset),
      ...(preset?.forwarding === undefined ? {} : { forwarding: preset.forwarding }),
      ...(preset === undefined || preset.keyVariables.length === 0 ? {} : { keyVariables: preset.keyVariables }),
      ...(ownProtocol && preset?.clientMetadata === true ? { clientMetadata: true } : {}),
      ...(preset?.priceId === undefined ? {} : { priceId: preset.priceId }),
      ...(modelList === undefined ? {} : { modelList }),
      timeouts: timeoutsOf(entry, preset),
      ...(entry.concurrency === undefined ? {} : { concurrency: entry.concurrency }),
      ...(caFile === undefined ? {} : { caFile }),
      ...(entry.proxy === undefined ? {} : { proxy: entry.proxy }),
    },
  };
}

/** The user's word may add to what is known of a preset, and not take back. */
function openaiOf({ openai: own }: ProviderEntry, preset: Preset | undefined): Pick<Provider, 'openai'> {
  const openai = preset?.openai === true ? true : own;
  return openai === undefined ? {} : { openai };
}

function authOf(protocol: ProtocolId, preset: Preset | undefined): AuthScheme {
  if (preset !== undefined && preset.protocol === protocol) return preset.auth;
  const { keyHeader } = protocolById(protocol).defaults;
  return keyHeader === undefined ? { type: 'bearer' } : { type: 'header', name: keyHeader };
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

export function isHttpUrl(text: string): boolean {
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
