import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { ToolResultPart } from '../../ir/request.ts';
import { failingSummary, testCommand } from './test-runs.ts';
import { outputText } from './tool-output.ts';

const LOGS = fileURLToPath(new URL('../../../../shared/data/testlogs/', import.meta.url));

/** Real output of test runs, cut as an agent's output is read. Two passed, and one broke before any test ran. */
test('of real runs those that failed are told, and those that passed are not', { skip: !existsSync(LOGS) }, () => {
  const silent = new Set(['pytest_output_4.txt.gz', 'seaborn_output_1.txt.gz', 'syntax_error.txt.gz']);
  for (const file of readdirSync(LOGS).filter((name) => name.endsWith('.txt.gz'))) {
    const text = gunzipSync(readFileSync(`${LOGS}${file}`)).toString('utf8');
    const result: ToolResultPart = {
      type: 'tool-result',
      callId: 'c',
      kind: 'function',
      content: [{ type: 'text', text }],
    };
    assert.equal(failingSummary(outputText(result)) !== undefined, !silent.has(file), file);
  }
});

test('colours are no part of a summary, and passing runs have none of a failure', () => {
  assert.deepEqual(
    failingSummary('\u001b[31m== \u001b[1m1 failed\u001b[0m, \u001b[32m46 passed\u001b[0m in 0.61s ==\n'),
    {
      runner: 'pytest',
      failed: 1,
    },
  );
  for (const passing of [
    'ℹ tests 2\nℹ pass 2\nℹ fail 0\n',
    'Tests:       3 passed, 3 total\n',
    '4 passed, 1 xfailed in 0.2s\n',
    'test result: ok. 3 passed; 0 failed; 0 ignored\n',
    'ok  \texample.com/a\t0.002s\n',
    'Tests run: 3, Failures: 0, Errors: 0, Skipped: 0\n',
    '3 examples, 0 failures\n',
    '100% tests passed, 0 tests failed out of 2\n',
    '1..2\nok 1 - a\nok 2 - b\n# fail 0\n',
  ]) {
    assert.equal(failingSummary(passing), undefined, passing);
  }
});

test('a test command is known wherever it stands in a line, and other commands are none', () => {
  const known = [
    'npm test',
    'cd a && npm run test:unit',
    'pnpm -s test',
    'CI=1 yarn test',
    'python3 -m pytest -x',
    'node --test a.js',
    './gradlew :app:test',
    'make -j4 check',
    '{"cmd":"go test ./..."}',
    'RUST_LOG=1 cargo +nightly test',
    'bash -lc "bundle exec rspec"',
    '{"command":["bash","-lc","pytest -q"]}',
    '{"cmd":"cd a && ./node_modules/.bin/vitest run"}',
    '{"cmd":"timeout 60 uv run pytest -x"}',
    '{"cmd":"docker compose exec web pytest"}',
    'await tools.exec({cmd:`npm test`})',
    '{"cmd":"set -e\\nmake test"}',
  ];
  for (const command of known) assert.notEqual(testCommand(command), undefined, command);
  for (const command of [
    'npm install',
    'cat test.js',
    'ls tests',
    'git commit -m "test"',
    'node build.js',
    'make',
    'grep -r pytest_plugins',
    'pip install pytest',
    'cat pytest.ini',
    'rg jest package.json',
    'which pytest',
    'npm i -D mocha',
    '{"cmd":"sed -n 1,20p tox.ini"}',
    '{"cmd":"git commit -m \\"make test green\\""}',
  ])
    assert.equal(testCommand(command), undefined, command);
});

test('a status of 0 is told from one that something else in the line decided', () => {
  for (const command of [
    'npm test',
    'npm test 2>&1',
    'npm test && npm run lint',
    '{"cmd":"pytest -q","workdir":"/a"}',
  ]) {
    assert.equal(testCommand(command)?.hidden, false, command);
  }
  for (const command of ['npm test | tail -5', 'npm test; echo', 'npm test || true', '{"cmd":"npm test\\nls"}']) {
    assert.equal(testCommand(command)?.hidden, true, command);
  }
});

test('a long line of a shell is looked through in no time', () => {
  for (const long of [
    '\n'.repeat(4_000),
    'a=1 '.repeat(1_000),
    `docker exec ${'x '.repeat(1_900)}`,
    ';make a'.repeat(500),
  ]) {
    testCommand(long);
    const at = performance.now();
    testCommand(long);
    assert.ok(performance.now() - at < 50, long.slice(0, 10));
  }
});
