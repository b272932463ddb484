import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

/** Who may import whom: HOUSE's table as data, as decision 0090 changed it. A room may always import itself. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  ir: [],
  wire: [],
  // Numbers about numbers: seeded randomness, quantiles, bootstrap, McNemar. Decision 0195.
  statistics: [],
  providers: ['ir', 'protocols'],
  protocols: ['ir', 'wire'],
  context: ['ir'],
  // Events of a reply to better events, between the decoder and whoever reads it. Decision 0120.
  repair: ['ir', 'wire'],
  routing: ['ir', 'statistics', 'providers', 'context'],
  metering: ['ir', 'statistics', 'providers', 'routing'],
  // May this call be made, and this money be spent? Decision 0195.
  policy: ['ir', 'statistics', 'providers', 'routing', 'metering'],
  upstream: ['ir', 'wire', 'protocols', 'providers', 'routing'],
  pipeline: [
    'ir',
    'statistics',
    'wire',
    'protocols',
    'providers',
    'context',
    'routing',
    'metering',
    'policy',
    'upstream',
    'repair',
  ],
  config: ['ir', 'protocols', 'providers', 'routing', 'policy'],
  storage: ['ir', 'statistics', 'metering', 'routing', 'policy'],
  server: ['ir', 'wire', 'protocols', 'routing', 'policy', 'metering', 'pipeline'],
  codex: ['ir', 'protocols', 'config', 'providers', 'upstream'],
  simulator: ['ir', 'wire', 'protocols'],
  // The same tasks on several models. Decision 0195.
  receipts: ['ir', 'statistics', 'config', 'codex', 'metering', 'routing'],
  cli: [
    'ir',
    'statistics',
    'context',
    'policy',
    'receipts',
    'wire',
    'protocols',
    'providers',
    'routing',
    'metering',
    'upstream',
    'config',
    'storage',
    'codex',
    'simulator',
  ],
  // The composition of a running gateway, behind main: all but the command line. Decision 0052.
  gateway: [
    'ir',
    'statistics',
    'policy',
    'wire',
    'protocols',
    'providers',
    'context',
    'routing',
    'metering',
    'upstream',
    'pipeline',
    'config',
    'storage',
    'server',
    'codex',
    'simulator',
  ],
};
const MAIN = 'src/main.ts';

/** Files that may open a connection, each with its reason. */
const MAY_DIAL: readonly RegExp[] = [
  /^src\/upstream\//, // the only code that dials providers
  /^src\/simulator\//, // a server of its own
  /^src\/server\//, // listens
  /^src\/codex\/doctor\//, // probes what the user configured
  /^src\/cli\/gateway-client\.ts$/, // the local gateway
];
const DIALS = /\bfetch\(|from 'undici'|from 'node:(https?|net|tls|dgram)'|import\('undici'\)/;

type Import = { readonly from: string; readonly to: string };

const files = globSync('src/**/*.ts').map((file) => file.replaceAll('\\', '/'));
const sources = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
const products = files.filter((file) => !file.endsWith('.test.ts') && !file.includes('/testing/'));

function importsOf(file: string): Import[] {
  const source = sources.get(file) ?? '';
  const specifiers = source.matchAll(
    /^\s*(?:import|export)\b[^'";]*?from\s+'(\.[^']+)'|^import\s+'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'/gm,
  );
  return [...specifiers].map((match) => ({
    from: file,
    to: normalize(join(dirname(file), match[1] ?? match[2] ?? match[3] ?? '')).replaceAll('\\', '/'),
  }));
}

const roomOf = (file: string): string => file.split('/')[1] ?? '';
const imports = products.flatMap(importsOf);

test('every import goes where the table allows', () => {
  const broken = imports
    .filter(({ from, to }) => from !== MAIN && to.startsWith('src/') && roomOf(from) !== roomOf(to))
    .filter(({ from, to }) => !(ROOMS[roomOf(from)] ?? []).includes(roomOf(to)))
    .map(({ from, to }) => `${from} -> ${to}`);
  assert.deepEqual(broken, []);
});

test('every room stands in the table', () => {
  const unknown = products.filter((file) => file !== MAIN && !(roomOf(file) in ROOMS));
  assert.deepEqual(unknown, []);
});

test('every relative import names a file that is there', () => {
  const missing = imports
    .filter(({ to }) => to.endsWith('.ts') && !sources.has(to))
    .map(({ from, to }) => `${from} -> ${to}`);
  assert.deepEqual(missing, []);
});

test('no protocol imports another', () => {
  const folder = (file: string) => /^src\/protocols\/([^/]+)\//.exec(file)?.[1];
  const broken = imports
    .filter(({ from, to }) => folder(from) !== undefined && folder(to) !== undefined && folder(from) !== folder(to))
    .map(({ from, to }) => `${from} -> ${to}`);
  assert.deepEqual(broken, []);
});

test('no import cycle', () => {
  const edges = new Map<string, string[]>();
  for (const { from, to } of imports) edges.set(from, [...(edges.get(from) ?? []), to]);
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of edges.get(file) ?? []) {
      const cycle = walk(next, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of products) assert.equal(walk(file, []), undefined);
});

test('the environment is read in config alone', () => {
  const readers = products.filter(
    (file) => !file.startsWith('src/config/') && /process\.env\b/.test(sources.get(file) ?? ''),
  );
  assert.deepEqual(readers, []);
});

test('only the listed files dial out or listen', () => {
  const dialers = products.filter(
    (file) => DIALS.test(sources.get(file) ?? '') && !MAY_DIAL.some((rule) => rule.test(file)),
  );
  assert.deepEqual(dialers, []);
});

/** Files that name a protocol, each with its reason: a new one touches none of them. */
const MAY_NAME_PROTOCOLS: readonly RegExp[] = [
  /^src\/ir\/protocol-id\.ts$/, // the list of them
  /^src\/protocols\/registry\.ts$/, // a line for each
  /^src\/protocols\/[^/]+\//, // its own folder
  /^src\/protocols\/(web-search|foreign-members)\.ts$/, // what clients of one protocol say in words of their own
  /^src\/simulator\//, // speaks them all
  /^src\/server\//, // a path for each door
  /^src\/gateway\/demo\.ts$|^src\/config\/web-search\.ts$/, // providers that are built in
  /^src\/pipeline\/ask-model\.ts$/, // a call of the gateway's own stands in the ledger under some protocol
  /^src\/policy\/settings\.ts$/, // a word of the contract for a provider, which happens to be called as its protocol is
  /^src\/cli\/run\/choose-model\.ts$/, // the same words, as a flag of the command line
  /^src\/providers\/dialect\.ts$/, // the effort of a chat server that nothing is known of
  /^src\/codex\/doctor\//, // servers that are said to have a Responses endpoint and have none
];

test('a protocol is known by name in its folder, in the list and the registry, and where a reason is given', () => {
  const ids = globSync('src/protocols/*/').map((folder) => folder.replaceAll('\\', '/').split('/').at(-1) ?? '');
  const named = new RegExp(`(?<!preset: )'(?:${ids.filter((id) => id !== '').join('|')})'`);
  const knowing = products.filter(
    (file) => named.test(sources.get(file) ?? '') && !MAY_NAME_PROTOCOLS.some((rule) => rule.test(file)),
  );
  assert.ok(ids.includes('gemini'));
  assert.deepEqual(knowing, []);
});

test('no file holds two ideas', () => {
  const long = products.filter((file) => (sources.get(file) ?? '').split('\n').length > 400);
  assert.deepEqual(long, []);
});
