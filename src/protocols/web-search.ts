import { isJsonObject, type JsonObject } from '../ir/json.ts';
import type { Loss, Translated } from '../ir/loss.ts';
import type { ToolDefinition } from '../ir/request.ts';

/** The type under which every protocol's own search in the web travels. */
export const WEB_SEARCH = 'web_search';

type Hosted = Extract<ToolDefinition, { readonly kind: 'hosted' }>;

/** A search that a client of the Messages API asks its provider for, in the words of the Responses API. Any other tool
 *  comes back as it is. */
export function searchAsResponses(tool: Hosted): Translated<Hosted> {
  if (tool.type !== WEB_SEARCH || tool.protocol !== 'anthropic-messages') return { value: tool, losses: [] };
  const { allowed_domains: domains, user_location: place, ...rest } = tool.value;
  const losses: Loss[] = ['blocked_domains', 'max_uses']
    .filter((member) => rest[member] !== undefined && rest[member] !== null)
    .map((member) => ({ path: `tools.${WEB_SEARCH}.${member}`, why: 'The provider cannot be told so.' }));
  const value: JsonObject = {
    type: WEB_SEARCH,
    ...(Array.isArray(domains) ? { filters: { allowed_domains: domains } } : {}),
    ...(isJsonObject(place) ? { user_location: place } : {}),
  };
  return { value: { kind: 'hosted', type: WEB_SEARCH, protocol: 'openai-responses', value }, losses };
}
