import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import { type SimulatedSearch, startSearchService } from '../../src/simulator/search-service.ts';
import { SEARCH_PAGES, webSearchCase } from './cases/web-search.ts';
import { type Lab, startLab } from './harness/lab.ts';

const PROVIDERS: { readonly [P in ProtocolId]: string } = {
  'openai-chat': `protocol: openai-chat
quirks:
  - kind: reasoning-echo
    echo: { field: reasoning_content, when: tool-turns }
    source: https://api-docs.deepseek.com/guides/thinking_mode`,
  'openai-responses': 'protocol: openai-responses',
  'anthropic-messages': 'protocol: anthropic-messages',
  gemini: 'protocol: gemini',
};
const PROTOCOLS: readonly ProtocolId[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'];

for (const protocol of PROTOCOLS) {
  describe(`Codex searches the web on ${protocol}`, () => {
    let lab: Lab | undefined;
    let service: SimulatedSearch | undefined;
    before(async () => {
      service = await startSearchService(SEARCH_PAGES);
      const config = `web_search: { service: tavily, base_url: "${service.url}", api_key: search-key-0123456789 }`;
      lab = await startLab(protocol, [webSearchCase], PROVIDERS[protocol], { config });
    });
    test(`${webSearchCase.slug}: ${webSearchCase.title}`, async () => {
      await lab?.perform(webSearchCase);
      assert.equal(service?.queries.length, 5);
    });
    after(async () => {
      try {
        lab?.judge();
      } finally {
        await lab?.close();
        await service?.close();
      }
    });
  });
}
