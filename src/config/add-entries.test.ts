import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { type NewEntries, withEntries } from './add-entries.ts';
import { ConfigError } from './issues.ts';

const ENTRIES: NewEntries = {
  models: [{ slug: 'light', provider: 'a', upstreamId: 'm-light' }],
  routes: [{ slug: 'codex-light', targets: ['light'] }],
};
const MODEL = '- { slug: light, provider: a, model: m-light }';
const ROUTE = 'codex-light: { strategy: fallback, targets: [ light ] }';

const cases: readonly (readonly [string, string, string])[] = [
  [
    'behind the last of each',
    '# mine\nmodels:\n  - { slug: x, provider: a } # first\n  # between\n  - slug: y\n    provider: a # last\n\n# routes\nroutes:\n  r: { targets: [x] }   # why\n\ndefault_model: r\n',
    `# mine\nmodels:\n  - { slug: x, provider: a } # first\n  # between\n  - slug: y\n    provider: a # last\n  ${MODEL}\n\n# routes\nroutes:\n  r: { targets: [x] }   # why\n  ${ROUTE}\n\ndefault_model: r\n`,
  ],
  [
    'no routes yet',
    `models:\n- { slug: x, provider: a }\n`,
    `models:\n- { slug: x, provider: a }\n${MODEL}\n\nroutes:\n  ${ROUTE}\n`,
  ],
  [
    'no newline at the end',
    `models:\n    - { slug: x, provider: a }`,
    `models:\n    - { slug: x, provider: a }\n    ${MODEL}\n\nroutes:\n  ${ROUTE}\n`,
  ],
  ['nothing', '', `models:\n  ${MODEL}\n\nroutes:\n  ${ROUTE}\n`],
  [
    'line ends of Windows',
    'models:\r\n  - { slug: x, provider: a }\r\nroutes:\r\n  r: { targets: [x] }\r\n',
    `models:\r\n  - { slug: x, provider: a }\r\n  ${MODEL}\r\nroutes:\r\n  r: { targets: [x] }\r\n  ${ROUTE}\r\n`,
  ],
];

for (const [name, before, after] of cases) {
  test(`entries are added: ${name}`, () => assert.equal(withEntries(before, ENTRIES, 'config.yaml'), after));
}

test('a section in braces keeps its values and its comments', () => {
  const text = withEntries('# mine\nmodels: [{ slug: x, provider: a }] # one\nroutes: {}\n', ENTRIES, 'config.yaml');
  assert.deepEqual(parse(text), {
    models: [
      { slug: 'x', provider: 'a' },
      { slug: 'light', provider: 'a', model: 'm-light' },
    ],
    routes: { 'codex-light': { strategy: 'fallback', targets: ['light'] } },
  });
  assert.match(text, /# mine/);
  assert.match(text, /# one/);
});

test('nothing to add changes nothing, and what is no YAML map is refused', () => {
  assert.equal(withEntries('a:   1 # x\n', { models: [], routes: [] }, 'config.yaml'), 'a:   1 # x\n');
  assert.throws(() => withEntries('a: [', ENTRIES, 'config.yaml'), ConfigError);
  assert.throws(() => withEntries('- a\n', ENTRIES, 'config.yaml'), ConfigError);
});

test('law: every line that stood there stands there still, and the values are what was there and what was added', () => {
  const comment = fc.constantFrom('', ' # a note', '  # another');
  const file = fc.record({
    indent: fc.constantFrom('  ', '    '),
    one: comment,
    two: comment,
    gap: fc.constantFrom('', '\n', '# x\n'),
  });
  fc.assert(
    fc.property(file, ({ indent, one, two, gap }) => {
      const text = `models:\n${indent}- { slug: x, provider: a }${one}\n${gap}routes:\n${indent}r:${two}\n${indent}  targets: [x]\n`;
      const edited = withEntries(text, ENTRIES, 'config.yaml');
      const lines = edited.split('\n');
      for (const line of text.split('\n')) assert.ok(lines.includes(line), `${line} in\n${edited}`);
      const value = parse(edited);
      assert.deepEqual([value.models.length, Object.keys(value.routes)], [2, ['r', 'codex-light']]);
    }),
  );
});
