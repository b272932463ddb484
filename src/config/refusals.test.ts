import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issuesOf, setup } from './testing/setup.ts';

test('all that is wrong is told at once, each with line, column and the nearest name', (t) => {
  const yaml = `server: { prot: 1 }
providers:
  ds: { preset: deepsek, timeouts: { connect: 10 } }
  w: { protocol: openai-cat, base_url: https://x.example.com/v1, api_key: [sk-very-secret] }
models:
  - slug: coder
    provider: dss
    context_window: "128000"
  - { provider: w }
routes:
  r: { strategy: cheepest, targets: [codr] }
  s: { strategy: wieghted, targets: [coder, r], weights: [3, 1] }
default_model: rr
polcy: {}
`;
  const { load } = setup(t, yaml);
  const issues = issuesOf(load());
  const lines = issues.map((issue) => `${issue.line}:${issue.column} ${issue.path} | ${issue.message} | ${issue.mend}`);
  assert.deepEqual(lines, [
    '1:11 server | unknown key "prot". | Did you mean "port"?',
    '3:47 providers.ds.timeouts.connect | is a number. | It must be a text (put it in quotes).',
    '4:18 providers.w.protocol | "openai-cat" is not one of the values that may stand here. | Did you mean "openai-chat"?',
    '4:75 providers.w.api_key | is a list. | It must be a text (put it in quotes).',
    '7:15 models[0].provider | there is no provider "dss". | Did you mean "ds"?',
    '8:21 models[0].context_window | is a text. | It must be a number.',
    '9:5 models[1] | has no slug. | Add "slug:", or "match:" for the provider\'s whole list.',
    '11:18 routes.r.strategy | "cheepest" is not one of the values that may stand here. | Did you mean "cheapest"?',
    '11:38 routes.r.targets[0] | "codr" is neither a model nor a route. | Did you mean "coder"?',
    '12:18 routes.s.strategy | "wieghted" is not one of the values that may stand here. | Did you mean "weighted"?',
    '13:16 default_model | "rr" is neither a model nor a route. | Did you mean "r"?',
    '14:1  | unknown key "polcy". | Did you mean "policy"?',
  ]);
  const loaded = load();
  assert.ok(!loaded.ok && !loaded.error.message.includes('sk-very-secret'));
  assert.ok(!loaded.ok && /config\.yaml:1:11: server: unknown key "prot"/.test(loaded.error.message));
});

const TWO = `providers: { a: { preset: ollama } }
models: [{ slug: x, provider: a }, { slug: y, provider: a }]
`;

const refusals: readonly (readonly [string, string, RegExp])[] = [
  [
    'an unknown preset',
    'providers: { a: { preset: deepsek } }',
    /1:27: providers\.a\.preset: there is no preset "deepsek"\. Did you mean "deepseek"\?/,
  ],
  [
    'a repair that is not known',
    'repair: { argument: true }',
    /1:11: repair: unknown key "argument"\. Did you mean "arguments"\?/,
  ],
  [
    'a pattern that is no regular expression',
    'providers: { a: { protocol: openai-chat, base_url: "https://x.example", quirks: [{ kind: tool-call-id, pattern: "[a", length: 9, source: x }] } }',
    /providers\.a\.quirks\[0\]\.pattern: is no regular expression/,
  ],
  ['a search service that is not known', 'web_search: { service: brav }', /Did you mean "brave"\?/],
  ['a search service without address', 'web_search: { service: searxng }', /web_search: has no base_url/],
  [
    'a search service at an address of another kind',
    'web_search: { service: exa, base_url: "ftp://x", api_key: k }',
    /web_search\.base_url: is no http or https address/,
  ],
  [
    'a model for images that is not there',
    'providers: { a: { preset: ollama } }\nmodels: [{ slug: eyes, provider: a }]\nimage_description: { model: eye }',
    /image_description\.model: "eye" is neither a model nor a route\. Did you mean "eyes"\?/,
  ],
  ['a provider of nothing', 'providers: { a: {} }', /names neither a preset nor a protocol/],
  [
    'an endpoint without address',
    'providers: { a: { preset: azure-openai, api_key: k } }',
    /has no base_url.*YOUR-RESOURCE/,
  ],
  [
    'an address of another kind',
    'providers: { a: { protocol: openai-chat, base_url: "ftp://x" } }',
    /no http or https address/,
  ],
  [
    'a password in an address',
    'providers: { a: { protocol: openai-chat, base_url: "https://u:p@x/v1" } }',
    /holds a name or password/,
  ],
  [
    'a query in an address',
    'providers: { a: { protocol: openai-chat, base_url: "https://x/v1?a=b" } }',
    /into "query:"/,
  ],
  [
    'one key and a pool',
    'providers: { a: { preset: groq, api_key: k, api_keys: [l] } }',
    /api_keys: stands beside api_key/,
  ],
  ['a key for a login that passes through', 'providers: { a: { preset: chatgpt, api_key: k } }', /has no place here/],
  ['a duration without unit', 'providers: { a: { preset: ollama, timeouts: { idle: "10" } } }', /is no duration/],
  ['a line break in a header', 'providers: { a: { preset: ollama, headers: { X: "a\\nb" } } }', /line break/],
  [
    'a name that comes twice',
    'providers: { a: { preset: ollama } }\nmodels: [{ slug: x, provider: a }, { slug: x, provider: a }]',
    /taken by another/,
  ],
  [
    'a route named like a model',
    'providers: { a: { preset: ollama } }\nmodels: [{ slug: x, provider: a }, { slug: y, provider: a }]\nroutes: { x: { targets: [y] } }',
    /taken by another/,
  ],
  [
    'a second target of a fixed route',
    'providers: { a: { preset: ollama } }\nmodels: [{ slug: x, provider: a }, { slug: y, provider: a }]\nroutes: { r: { strategy: fixed, targets: [x, y] } }',
    /would never be used/,
  ],
  [
    'weights of a route that draws no lots',
    `${TWO}routes: { r: { targets: [x, y], weights: [1, 2] } }`,
    /3:33: routes\.r\.weights: has a meaning only with the strategy weighted; this route's is fallback\. Take it out, or write "strategy: weighted"\./,
  ],
  [
    'a weighted route without weights',
    `${TWO}routes: { r: { strategy: weighted, targets: [x, y] } }`,
    /routes\.r\.weights: is missing: .* weights: \[3, 1\]/,
  ],
  [
    'fewer weights than targets',
    `${TWO}routes: { r: { strategy: weighted, targets: [x, y], weights: [1] } }`,
    /3:62: routes\.r\.weights: 1 weights for 2 targets/,
  ],
  [
    'a limit without end',
    'providers: {}\npolicy: { max_cost_usd: .inf }',
    /policy\.max_cost_usd: is no finite number\. It must be a number\./,
  ],
  [
    'weights that are all nothing',
    `${TWO}routes: { r: { strategy: weighted, targets: [x, y], weights: [0, 0] } }`,
    /all are 0/,
  ],
  [
    'a ladder of one rung',
    `${TWO}routes: { r: { strategy: auto, targets: [x] } }`,
    /3:41: routes\.r\.targets: the strategy auto takes 2 to 16 targets, not 1\. Name its targets from cheap to strong/,
  ],
  [
    'three who share a task',
    `${TWO}routes: { r: { strategy: split, targets: [x, y, x] } }`,
    /routes\.r\.targets: the strategy split takes 2 targets, not 3\. Name the planner, then the executor/,
  ],
  [
    'a judge whom nobody knows',
    `${TWO}routes: { r: { strategy: auto, targets: [x, y], judge: { model: z1 } } }`,
    /3:65: routes\.r\.judge\.model: "z1" is neither a model nor a route/,
  ],
  [
    'a judge where nothing is judged',
    `${TWO}routes: { r: { strategy: split, targets: [x, y], judge: { model: x } } }`,
    /routes\.r\.judge: has a meaning only with the strategy auto/,
  ],
  [
    'a rule for a kind of call that is not known',
    `${TWO}routes: { r: { targets: [x], rules: [{ when: [titel], use: y }] } }`,
    /3:47: routes\.r\.rules\[0\]\.when\[0\]: "titel" is not one of the values that may stand here\. Did you mean "title"\?/,
  ],
  [
    'a rule that names nothing',
    `${TWO}routes: { r: { targets: [x], rules: [{ when: [title], use: z1 }] } }`,
    /3:60: routes\.r\.rules\[0\]\.use: "z1" is neither a model nor a route/,
  ],
  [
    'a second rule for a kind',
    `${TWO}routes: { r: { targets: [x], rules: [{ when: [title], use: y }, { when: [review, title], use: x }] } }`,
    /routes\.r\.rules\[1\]\.when\[1\]: "title" stands in an earlier place/,
  ],
  [
    'a circle by a rule',
    `${TWO}routes: { r: { targets: [x], rules: [{ when: [title], use: s }] }, s: { targets: [r] } }`,
    /in a circle: r -> s -> r/,
  ],
  [
    'routes in a circle',
    'routes:\n  a: { targets: [b] }\n  b: { targets: [c] }\n  c: { targets: [b] }',
    /4:18: routes\.c\.targets\[0\]: the routes go in a circle: b -> c -> b/,
  ],
  ['a route to itself', 'routes: { a: { targets: [a] } }', /in a circle: a -> a/],
  ['a key that comes twice in the YAML', 'providers: {}\nproviders: {}', /2:1: no valid YAML/],
  [
    'a variable without quotes',
    `providers: { a: { preset: groq, api_key: \${X} } }`,
    /Put the text that holds the variable in quotes/,
  ],
  ['a network that is none', 'policy: { private_networks: [10.0.0.0/40] }', /1:30: policy\.private_networks\[0\]/],
  ['all networks at once', 'policy: { private_networks: [0.0.0.0/0] }', /is neither a network such as/],
  ['a canary above one', 'adaptive_router: { canary: 2 }', /1:28: adaptive_router\.canary/],
  [
    'an unset variable outside providers',
    `server: { host: "\${NOWHERE}" }`,
    /1:17: server\.host: the variable NOWHERE is not set/,
  ],
  ['text that is no map', 'hello', /is a text/],
];

for (const [name, yaml, wanted] of refusals) {
  test(`refused: ${name}`, (t) => {
    const loaded = setup(t, yaml).load();
    assert.ok(!loaded.ok, 'it was accepted');
    assert.match(loaded.error.message, wanted);
    assert.equal(loaded.error.issues.length, 1, loaded.error.message);
  });
}
