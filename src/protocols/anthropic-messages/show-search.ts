import type { IngressCodec } from '../protocol.ts';

/** A search as the API's own server tool shows itself. What was found is in the state that follows, so that the members
 *  which carry it at Anthropic's are empty. */
export const showSearch: NonNullable<IngressCodec['showSearch']> = ({ id, query, sources }) => {
  const ownId = `srvtoolu_${id.replace(/[^A-Za-z0-9_]/g, '_')}`;
  const content = sources.map(({ title, url }) => ({
    type: 'web_search_result',
    title,
    url,
    encrypted_content: '',
    page_age: null,
  }));
  return [
    {
      type: 'opaque',
      protocol: 'anthropic-messages',
      value: { type: 'server_tool_use', id: ownId, name: 'web_search', input: { query } },
    },
    {
      type: 'opaque',
      protocol: 'anthropic-messages',
      value: { type: 'web_search_tool_result', tool_use_id: ownId, content },
    },
  ];
};
