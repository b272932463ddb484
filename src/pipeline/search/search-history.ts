import type { InferenceEvent } from '../../ir/event.ts';
import { isJsonObject } from '../../ir/json.ts';
import type { ProtocolId } from '../../ir/protocol-id.ts';
import type { Message, Part, ProviderState, ToolCallPart, ToolResultPart } from '../../ir/request.ts';
import { SEARCH_TOOL } from './search-tool.ts';

/** A search that the gateway made for a model.
 *  @property input   the arguments as the model wrote them. @property result  what it was told.
 *  @property closes  the model was asked again after it: what follows is its next turn. */
export type MadeSearch = {
  readonly callId: string;
  readonly input: string;
  readonly result: string;
  readonly closes: boolean;
};

const OWNER = 'plugboard';

/** Carries a search through the client, as a provider's state is carried: a thought without words, which every door
 *  returns as it is. Whoever gives none back loses no more than the search. */
export function searchState(search: MadeSearch, protocol: ProtocolId): readonly InferenceEvent[] {
  const state: ProviderState = { protocol, provider: OWNER, model: SEARCH_TOOL, value: { web_search: { ...search } } };
  return [{ type: 'reasoning-start' }, { type: 'reasoning-end', state }];
}

export function searchCall({ callId, input }: Pick<MadeSearch, 'callId' | 'input'>): ToolCallPart {
  return { type: 'tool-call', callId, kind: 'function', name: { name: SEARCH_TOOL }, input };
}

export function searchResult({ callId, result }: MadeSearch): ToolResultPart {
  return { type: 'tool-result', callId, kind: 'function', content: [{ type: 'text', text: result }] };
}

/** The conversation as the model had it: each search that comes back is the call and the result that it was, so that the
 *  body begins with that of the turn before, byte for byte. */
export function withSearches(messages: readonly Message[]): readonly Message[] {
  if (
    !messages.some(({ role, parts }) => role === 'assistant' && parts.some((part) => madeSearch(part) !== undefined))
  ) {
    return messages;
  }
  const expanded: Message[] = [];
  let results: ToolResultPart[] = [];
  const tell = (): void => {
    if (results.length > 0) expanded.push({ role: 'tool', parts: results });
    results = [];
  };
  for (const message of messages) {
    if (message.role === 'tool' && results.length > 0) {
      expanded.push({ ...message, parts: [...results, ...message.parts] });
      results = [];
      continue;
    }
    tell();
    if (message.role !== 'assistant') {
      expanded.push(message);
      continue;
    }
    let parts: Part[] = [];
    for (const [index, part] of message.parts.entries()) {
      const search = madeSearch(part);
      if (search === undefined) {
        if (!isShown(part, message.parts.slice(index + 1))) parts.push(part);
        continue;
      }
      parts.push(searchCall(search));
      results.push(searchResult(search));
      if (!search.closes) continue;
      expanded.push({ ...message, parts });
      parts = [];
      tell();
    }
    if (parts.length > 0) expanded.push({ ...message, parts });
  }
  tell();
  return expanded;
}

function madeSearch(part: Part): MadeSearch | undefined {
  if (part.type !== 'reasoning' || part.state?.provider !== OWNER) return undefined;
  const search = part.state.value['web_search'];
  if (!isJsonObject(search)) return undefined;
  const { callId, input, result, closes } = search;
  if (typeof callId !== 'string' || typeof input !== 'string' || typeof result !== 'string') return undefined;
  return { callId, input, result, closes: closes === true };
}

/** What the client was shown of a search stands before the state that holds it. */
function isShown(part: Part, behind: readonly Part[]): boolean {
  if (part.type !== 'opaque') return false;
  const next = behind.find((one) => one.type !== 'opaque');
  return next !== undefined && madeSearch(next) !== undefined;
}
