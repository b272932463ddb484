import { compileDialect } from '../providers/dialect.ts';
import { SEARCH_DEFAULTS, type SearchService } from '../providers/search-service.ts';
import { isHttpUrl } from './provider-entry.ts';
import { credentialsOf, unsetReason } from './provider-keys.ts';
import type { ConfigFile } from './schema.ts';
import type { UnsetVariable } from './variables.ts';

/** @property off  why it is not used although it is configured. */
export type CompiledSearch =
  | { readonly state: 'absent' }
  | { readonly state: 'usable'; readonly service: SearchService }
  | { readonly state: 'off'; readonly reason: string }
  | { readonly state: 'refused'; readonly key: string; readonly message: string; readonly mend: string };

const TIMEOUTS = { connectMs: 5_000, firstByteMs: 10_000, idleMs: 10_000 };

/** @param unset  variables of this section that have no value. */
export function compileSearch(
  entry: ConfigFile['web_search'],
  unset: readonly UnsetVariable[],
  envFile: string,
): CompiledSearch {
  if (entry === undefined) return { state: 'absent' };
  const { baseUrl: known, auth, needsKey } = SEARCH_DEFAULTS[entry.service];
  const baseUrl = (entry.base_url ?? known)?.replace(/\/+$/, '');
  if (unset.length > 0) return { state: 'off', reason: unsetReason(unset, envFile) };
  if (baseUrl === undefined || !isHttpUrl(baseUrl)) {
    const message =
      baseUrl === undefined ? 'has no base_url, and none is known for it.' : 'is no http or https address.';
    return {
      state: 'refused',
      key: baseUrl === undefined ? '' : 'base_url',
      message,
      mend: 'Write it as https://HOST.',
    };
  }
  const key = entry.api_key?.trim() ?? '';
  if (needsKey && key === '') return { state: 'off', reason: `${entry.service} wants an api_key.` };
  const provider: SearchService['provider'] = {
    id: 'web_search',
    name: entry.service,
    protocol: 'openai-chat',
    baseUrl,
    auth: key === '' ? { type: 'none' } : auth,
    credentials: key === '' ? [] : credentialsOf([key]),
    headers: entry.headers,
    query: entry.query,
    quirks: [],
    dialect: compileDialect('openai-chat', []),
    native: false,
    local: false,
    timeouts: TIMEOUTS,
  };
  const { service: kind, max_results: maxResults, max_rounds: maxRounds } = entry;
  return { state: 'usable', service: { kind, provider, maxResults, maxRounds } };
}
