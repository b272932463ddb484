import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressTestOutput } from './test-output.ts';

const told = (...lines: readonly string[]): readonly string[] =>
  compressTestOutput(lines.join('\n')).split('\n').slice(1);

test('go test', () => {
  assert.deepEqual(
    told(
      '=== RUN   TestOne',
      '--- PASS: TestOne (0.00s)',
      '=== RUN   TestTwo',
      '--- PASS: TestTwo (0.00s)',
      '=== RUN   TestBad',
      '    bad_test.go:12: got 3, want 4',
      '--- FAIL: TestBad (0.00s)',
      'FAIL',
      'FAIL\texample.com/bad\t0.004s',
      'ok  \texample.com/good\t0.002s',
    ),
    [
      '[2 passed]',
      '    bad_test.go:12: got 3, want 4',
      '--- FAIL: TestBad (0.00s)',
      'FAIL',
      'FAIL\texample.com/bad\t0.004s',
      '[1 passed]',
    ],
  );
});

test('cargo test', () => {
  assert.deepEqual(
    told(
      'running 3 tests',
      'test a::one ... ok',
      'test a::two ... ok',
      'test a::bad ... FAILED',
      "thread 'a::bad' panicked at src/lib.rs:10:5:",
      'test result: FAILED. 2 passed; 1 failed; 0 ignored',
    ),
    [
      'running 3 tests',
      '[2 passed]',
      'test a::bad ... FAILED',
      "thread 'a::bad' panicked at src/lib.rs:10:5:",
      'test result: FAILED. 2 passed; 1 failed; 0 ignored',
    ],
  );
});

test('jest, vitest, mocha and TAP', () => {
  assert.deepEqual(
    told(' ✓ src/a.test.ts (12 tests) 34ms', ' ✓ src/b.test.ts (3 tests) 4ms', ' × src/c.test.ts > fails'),
    ['[15 passed]', ' × src/c.test.ts > fails'],
  );
  assert.deepEqual(
    told('PASS src/a.test.js', '  ✓ adds (3 ms)', '  ✕ fails (4 ms)', 'Tests:       1 failed, 20 passed, 21 total'),
    ['[2 passed]', '  ✕ fails (4 ms)', 'Tests:       1 failed, 20 passed, 21 total'],
  );
  const suites = [
    'PASS src/a.test.js (5.2 s)',
    'PASS unit src/b.test.tsx',
    ' PASS  web app  lib\\c.spec.mjs (12.1 s, 98 MB heap size)',
    'PASS ./d.test.ts',
  ];
  assert.deepEqual(told(...suites, 'Tests:       4 passed, 4 total'), ['[4 passed]', 'Tests:       4 passed, 4 total']);
  const words = ['PASS rate 71% is below 90%: build broken', 'PASS is what a.js says it is', 'PASS: 3 of 4'];
  assert.deepEqual(told(...suites, ...words), ['[4 passed]', ...words]);
  assert.deepEqual(
    told(
      'TAP version 13',
      '# Subtest: one',
      'ok 1 - one',
      '  ---',
      '  duration_ms: 0.5',
      '  ...',
      'not ok 2 - two',
      '  ---',
      "  error: 'x'",
    ),
    ['TAP version 13', '[1 passed]', 'not ok 2 - two', '  ---', "  error: 'x'"],
  );
});

test('unittest, with the first line of a docstring below the name; pytest with dots', () => {
  assert.deepEqual(
    told(
      'test_a (pkg.T)',
      'All is well. ... ok',
      'test_b (pkg.T) ... ok',
      'test_c (pkg.T)',
      'This goes wrong. ... FAIL',
      'Ran 3 tests in 0.1s',
    ),
    ['[2 passed]', 'test_c (pkg.T)', 'This goes wrong. ... FAIL', 'Ran 3 tests in 0.1s'],
  );
  assert.deepEqual(told('tests/a.py ....s... [ 50%]', '..x.F... [100%]'), [
    '[7 passed, 1 skipped or expected to fail]',
    '..x.F... [100%]',
  ]);
});

test('colours go, but not from lines of failures', () => {
  const red = '\u001b[31mFAILED\u001b[0m tests/a.py::b';
  assert.deepEqual(told('\u001b[32mplain\u001b[0m words', red), ['plain words', red]);
});

test('docstrings in a listing are counted, unless they tell of an error', () => {
  assert.deepEqual(
    told(
      '    def f(x):',
      '        """',
      '        Adds.',
      '',
      '        Raises ValueError.',
      '        And so on.',
      '        Really.',
      '        """',
      '>       return x + 1',
    ),
    [
      '    def f(x):',
      '        """',
      '        Adds.',
      '',
      '        Raises ValueError.',
      '[2 lines of a docstring]',
      '        """',
      '>       return x + 1',
    ],
  );
});

test('a docstring of which no end is shown hides nothing', () => {
  const lines = [
    '    def test_x():',
    '        """Checks that',
    '        things work.',
    '        x = load()',
    '>       assert x',
  ];
  assert.deepEqual(told(...lines, '=== warnings summary ===', 'lib.py:7: old'), [
    ...lines,
    '=== warnings summary ===',
    'lib.py:7: old',
  ]);
});

test('what a first run of pytest printed ends where a second run begins', () => {
  const starts = '============================= test session starts ==============================';
  const summary = '=========================== short test summary info ============================';
  const printed = Array.from({ length: 20 }, (_, at) => `printed ${at}`);
  const first = [
    starts,
    '==================================== PASSES ====================================',
    ...printed,
  ];
  const second = [starts, '        value = compute(41)', '>       assert value == 42', summary, 'FAILED a.py::test'];
  const out = told(...first, summary, '=== 1 passed in 0.1s ===', ...second);
  assert.ok(!out.includes('printed 7'));
  assert.deepEqual(out.slice(-second.length), second);
});
