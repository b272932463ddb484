import type { IngressCodec } from '../protocol.ts';

/** A search as the API's own hosted one shows itself; Codex lists it among the steps of its turn. */
export const showSearch: NonNullable<IngressCodec['showSearch']> = ({ query, sources }) => [
  {
    type: 'opaque',
    protocol: 'openai-responses',
    value: {
      type: 'web_search_call',
      status: 'completed',
      action: { type: 'search', query, sources: sources.map(({ url }) => ({ type: 'url', url })) },
    },
  },
];
