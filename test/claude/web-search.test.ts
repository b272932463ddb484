/** The real Claude Code searches the web on a provider that has no search: through the user's own service. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, type Scenario, say, script } from '../../src/simulator/script.ts';
import { startSearchService } from '../../src/simulator/search-service.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { SEARCH_PAGES } from '../codex/cases/web-search.ts';
import { startGateway } from '../codex/harness/gateway.ts';
import { claudeBinary, claudeWorkspace, resultOf, runClaude, transcript } from './harness/claude.ts';

/** Claude Code's tool asks a model of its own, with the server tool alone. */
const searches: Scenario = (turn) => {
  const told = turn.results.map(({ text }) => text).join('\n');
  if (turn.tools.some((tool) => tool.name === 'web_search')) {
    return turn.rounds === 0 ? script([call('web_search', { query: 'the answer' })]) : script([say(`Found: ${told}`)]);
  }
  if (told.includes('forty-two')) return script([say('It is forty-two.')]);
  if (turn.tools.some((tool) => tool.name === 'WebSearch')) return script([call('WebSearch', { query: 'the answer' })]);
  return script([call('ToolSearch', { query: 'select:WebSearch', max_results: 5 })]);
};

const binary = claudeBinary();

test('WebSearch of Claude Code is answered', {
  skip: binary === undefined && 'no Claude Code on this platform',
}, async (t) => {
  const service = await startSearchService(SEARCH_PAGES);
  const simulator = await startSimulator({ scenario: searches, models: ['m'], rules: 'plain' });
  const gateway = await startGateway(`providers:
  sim: { protocol: openai-chat, base_url: "${simulator.url}/v1" }
models:
  - { slug: m, provider: sim, context_window: 200000 }
default_model: m
web_search: { service: searxng, base_url: "${service.url}" }
`);
  const workspace = claudeWorkspace();
  t.after(async () => {
    workspace.remove();
    await gateway.close();
    await simulator.close();
    await service.close();
  });
  const run = await runClaude(binary ?? '', {
    gateway,
    model: 'm',
    prompt: 'Search the web for the answer.',
    directory: workspace.directory,
    home: workspace.home,
    args: ['--allowed-tools', 'WebSearch,ToolSearch'],
  });
  assert.deepEqual(service.queries, ['the answer'], transcript(run));
  assert.match(JSON.stringify(resultOf(run)), /It is forty-two/, transcript(run));
});
