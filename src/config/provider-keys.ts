import { createHash } from 'node:crypto';
import type { Preset } from '../providers/preset.ts';
import { type AuthScheme, type Credential, Secret } from '../providers/provider.ts';
import { type CompiledProvider, type ProviderContext, refused } from './compiled-provider.ts';
import type { ProviderEntry } from './schema.ts';
import type { UnsetVariable } from './variables.ts';

type Keys =
  | { readonly state: 'found'; readonly credentials: readonly Credential[]; readonly warnings: readonly string[] }
  | Extract<CompiledProvider, { state: 'disabled' | 'refused' }>;

/** The keys that a provider is called with: those of the entry, else of the preset's own variables. None is fine where
 *  the provider needs none. */
export function keysOf(
  entry: ProviderEntry,
  preset: Preset | undefined,
  auth: AuthScheme,
  context: ProviderContext,
): Keys {
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
  if (preset?.local === true || preset?.keyOptional === true) return found([]);
  const empty = variables.find((name) => context.environment[name] !== undefined);
  const which =
    empty === undefined ? `no key is set in ${variables.join(' or ')}` : `the variable ${empty} is set but empty`;
  return { state: 'disabled', reason: `${which}. ${whereToSet(context.envFile)}` };
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
  return found(credentialsOf(secrets), warnings);
}

export function credentialsOf(secrets: readonly string[]): readonly Credential[] {
  return [...new Set(secrets)].map((secret) => ({ id: credentialId(secret), secret: new Secret(secret) }));
}

function found(credentials: readonly Credential[], warnings: readonly string[] = []): Keys {
  return { state: 'found', credentials, warnings };
}

/** A digest that is short enough to give nothing away and long enough to tell a user's keys apart. */
function credentialId(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 12);
}

/** @param unset  at least one. */
export function unsetReason(unset: readonly UnsetVariable[], envFile: string): string {
  const names = [...new Set(unset.map((variable) => variable.name))];
  const state = unset.every((variable) => variable.empty) ? 'set but empty' : 'not set';
  const which = names.length === 1 ? `the variable ${names[0]} is` : `the variables ${names.join(' and ')} are`;
  return `${which} ${state}. ${whereToSet(envFile)}`;
}

function whereToSet(envFile: string): string {
  return `Export it, or write it into ${envFile}.`;
}
