import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { isJsonObject, parseJson } from '../../ir/json.ts';
import type { WorkEventKind } from '../../ir/work.ts';
import { protocolById } from '../../protocols/registry.ts';
import { readWork } from './read-work.ts';
import {
  begin,
  condensed,
  developer,
  FAILED_PATCH,
  FAILED_TEST,
  patched,
  ran,
  said,
  step,
  type Talk,
  user,
} from './testing/conversation.ts';

const kinds = (talk: Talk): readonly WorkEventKind[] => readWork(talk).events.map(({ kind }) => kind);

test("the task is the user's own words, not what the agent puts around them", () => {
  const work = readWork(begin('fix the parser'));
  assert.equal(work.task, 'fix the parser');
  assert.deepEqual([work.steps, work.events, work.planMode, work.wish], [0, [], false, undefined]);
  assert.equal(readWork([]).task, '');
});

test('a nod goes on with the task, and so does what is said while the agent works; anything else begins anew', () => {
  const first = [...begin('fix the parser'), ...ran('ls', 0), ...said('Done.')];
  for (const nod of ['continue', 'ok, go on please', 'try again', 'Please fix it.', 'yes', 'It still fails.']) {
    const work = readWork([...first, ...user(nod)]);
    assert.equal(work.task, 'fix the parser', nod);
    assert.equal(work.steps, 2, nod);
  }
  for (const task of ['now write the docs', 'Add a flag --fast to the command line.', 'why?']) {
    assert.equal(readWork([...first, ...user(task)]).task, task);
    assert.equal(readWork([...first, ...user(task)]).steps, 0);
  }
  const steered = [...begin('fix the parser'), ...ran('ls', 0), ...user('and mind the tabs'), ...ran('ls -a', 0)];
  assert.equal(readWork(steered).task, 'fix the parser');
  assert.notEqual(readWork(begin('a')).key, readWork(begin('b')).key);
});

test('tests that fail after a change count, by their name; those that failed before are the task itself', () => {
  assert.deepEqual(kinds([...begin('mend it'), ...ran('npm test', 1, FAILED_TEST)]), []);
  const work = readWork([
    ...begin('mend it'),
    ...ran('npm test', 1, FAILED_TEST),
    ...patched(),
    ...ran('npm test', 1, FAILED_TEST),
  ]);
  assert.deepEqual(work.events, [
    { kind: 'edited', step: 2 },
    { kind: 'tests-failed', step: 3, words: 'node --test: 1 failed, first "adds two numbers"' },
  ]);
  const twice = [...patched(), ...ran('npm test', 1, FAILED_TEST), ...ran('npm test -- -v', 1, FAILED_TEST)];
  assert.deepEqual(kinds([...begin('mend it'), ...twice]), ['edited', 'tests-failed']);
  assert.deepEqual(kinds([...begin('mend it'), ...patched(), ...ran('npm test', 0, 'ok')]), ['edited', 'tests-passed']);
  assert.deepEqual(kinds([...begin('mend it'), ...patched(), ...ran('npm test', 127, 'npm: not found')]), ['edited']);
});

test('a status is what the agent says of a command, not what the command printed', () => {
  const call = { kind: 'function', name: 'Bash', input: '{"command":"npm test"}' } as const;
  const of = (output: string): readonly WorkEventKind[] => kinds([...begin('x'), ...patched(), ...step(call, output)]);
  for (const failed of [
    'Exit code 1\nboom',
    'Exit Code: 1',
    'Command failed with exit code 1.',
    'Process exited with code 1\nOutput:\n',
    '{"output":"boom","exit_code":1}',
    'boom\n(exit code 1)',
  ]) {
    assert.deepEqual(of(failed), ['edited', 'tests-failed'], failed);
  }
  for (const printed of ['✔ returns exit code 1 for a bad flag (2ms)\n', '    exit code 2 is told\n  2 passing\n']) {
    assert.deepEqual(of(printed), ['edited'], printed);
  }
});

test('every runner is known by its own summary', () => {
  const outputs: readonly (readonly [string, string, string])[] = [
    [
      'pytest -q',
      'FAILED tests/test_a.py::test_add - assert 1 == 2\n1 failed, 3 passed in 0.12s\n',
      'pytest: 1 failed, first "tests/test_a.py::test_add"',
    ],
    ['python -m pytest', '=================== 2 failed, 3 passed in 1.20s ===================\n', 'pytest: 2 failed'],
    [
      'python -m unittest',
      'FAIL: test_add (test_a.T)\n----\nRan 2 tests in 0.001s\n\nFAILED (failures=1)\n',
      'unittest: 1 failed, first "test_add (test_a.T)"',
    ],
    [
      'cargo test',
      'test adds ... FAILED\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored\n',
      'cargo test: 1 failed, first "adds"',
    ],
    ['go test ./...', '--- FAIL: TestAdd (0.00s)\nFAIL\nFAIL\texample.com/a\t0.002s\n', 'go test, first "TestAdd"'],
    ['npx jest', '  ● sum › adds\n\nTests:       1 failed, 2 passed, 3 total\n', 'jest: 1 failed, first "sum › adds"'],
    [
      'npx vitest run',
      ' FAIL  a.test.ts > adds\n      Tests  1 failed | 2 passed (3)\n',
      'vitest: 1 failed, first "a.test.ts > adds"',
    ],
    ['npx mocha', '  1 passing (4ms)\n  2 failing\n\n  1) adds\n', 'mocha: 2 failed, first "adds"'],
    [
      'bundle exec rspec',
      '3 examples, 1 failure\n\nrspec ./spec/a_spec.rb:3 # adds\n',
      'rspec: 1 failed, first "./spec/a_spec.rb:3"',
    ],
    ['mvn -q test', '[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 0\n', 'JUnit: 1 failed'],
    [
      './gradlew test',
      'ATest > adds() FAILED\n\n3 tests completed, 1 failed\n',
      'gradle: 1 failed, first "ATest > adds()"',
    ],
    ['dotnet test', 'Failed!  - Failed:     1, Passed:     2\n', 'dotnet test: 1 failed'],
    ['ctest', '50% tests passed, 1 tests failed out of 2\n', 'ctest: 1 failed'],
    ['make check', 'gcc: fatal error\n', 'make check'],
    ['cd a && npm run test -- --silent', 'sh: exit 1\n', 'npm run test'],
  ];
  for (const [command, output, words] of outputs) {
    const { events } = readWork([...begin('x'), ...patched(), ...ran(command, 1, output)]);
    assert.deepEqual(events.at(-1), { kind: 'tests-failed', step: 2, words }, command);
  }
  // A pipe hides the status, and the summary tells all the same; a log that is merely shown is no run.
  assert.deepEqual(
    kinds([...begin('x'), ...patched(), ...ran('npm test | tail -5', 0, FAILED_TEST)]).at(-1),
    'tests-failed',
  );
  assert.deepEqual(kinds([...begin('x'), ...patched(), ...ran('cat old.log', 0, FAILED_TEST)]), ['edited']);
  // Nor do commands fail as tests that only name them, or runs that passed and printed what a failing one prints.
  assert.deepEqual(kinds([...begin('x'), ...patched(), ...ran('rg jest package.json', 1)]), ['edited']);
  for (const printed of [FAILED_TEST, 'not ok 3 - later # TODO\n# fail 0\n']) {
    const passed = ran('npm test', 0, printed);
    assert.deepEqual(kinds([...begin('x'), ...patched(), ...passed]), ['edited', 'tests-passed']);
  }
});

test('a patch that does not apply counts, by any tool; and it is no change', () => {
  assert.deepEqual(kinds([...begin('x'), ...patched('a.js', FAILED_PATCH)]), ['patch-failed']);
  const edit = step(
    { kind: 'function', name: 'Edit', input: '{"old_string":"a"}' },
    '<error>String to replace not found in file.</error>',
  );
  assert.deepEqual(kinds([...begin('x'), ...edit]), ['patch-failed']);
  assert.deepEqual(
    kinds([
      ...begin('x'),
      ...ran('git apply fix.diff', 1, 'error: patch failed: a.js:1\nerror: a.js: patch does not apply'),
    ]),
    ['patch-failed'],
  );
});

test('the same call three times is one too many, unless something changed in between', () => {
  const look = ran('cat a.js', 0, 'a');
  assert.deepEqual(kinds([...begin('x'), ...look, ...ran('cat a.js', 0), ...ran('cat a.js', 0)]), ['call-repeated']);
  assert.deepEqual(kinds([...begin('x'), ...look, ...ran('cat a.js', 0), ...patched(), ...ran('cat a.js', 0)]), [
    'edited',
  ]);
  const wait = () =>
    step(
      { kind: 'function', name: 'write_stdin', input: '{"session_id":7,"chars":""}' },
      'Process running with session ID 7\n',
    );
  assert.deepEqual(kinds([...begin('x'), ...wait(), ...wait(), ...wait(), ...wait()]), []);
});

test('a task that goes on and on shows it', () => {
  const long = Array.from({ length: 80 }, (_, at) => ran(`cat ${at}`, 0)).flat();
  assert.deepEqual(readWork([...begin('x'), ...long]).events, [
    { kind: 'went-long', step: 40, words: '40 replies' },
    { kind: 'went-long', step: 80, words: '80 replies' },
  ]);
});

test('a run in the background is judged when it ends', () => {
  const started = step(
    { kind: 'function', name: 'exec_command', input: '{"cmd":"npm test"}' },
    'Wall time: 1 seconds\nProcess running with session ID 7\nOutput:\n',
  );
  const ended = step(
    { kind: 'function', name: 'write_stdin', input: '{"session_id":7,"chars":""}' },
    `Process exited with code 1\nOutput:\n${FAILED_TEST}`,
  );
  assert.deepEqual(kinds([...begin('x'), ...patched(), ...started, ...ended]), ['edited', 'tests-failed']);
});

test('errors that grow count, and errors that shrink do not', () => {
  const errors = (count: number): Talk => ran('node build.js', 2, 'error: no such thing\n'.repeat(count));
  assert.deepEqual(kinds([...begin('x'), ...errors(1), ...errors(3)]), ['errors-grew']);
  assert.deepEqual(kinds([...begin('x'), ...errors(3), ...errors(1)]), []);
});

test('a history that was condensed in the middle of the task shows it; one condensed before does not', () => {
  assert.deepEqual(kinds(condensed('x')), ['compacted']);
  assert.equal(readWork(condensed('x')).key, readWork(begin('x')).key);
  assert.deepEqual(kinds([...condensed('x'), ...user('write the docs')]), []);
  assert.deepEqual(kinds([...condensed('x'), ...ran('npm test', 1, FAILED_TEST)]), ['compacted', 'tests-failed']);
  const blob: Talk = [
    ...begin('x'),
    {
      role: 'assistant',
      parts: [{ type: 'opaque', protocol: 'openai-responses', value: { type: 'compaction', encrypted_content: 'E' } }],
    },
  ];
  assert.deepEqual(kinds(blob), ['compacted']);
  const asked = [...begin('x'), ...ran('ls', 0), ...user('You are to write a handoff summary.')];
  assert.equal(readWork(asked, true).task, 'x');
});

test('a wish is heard where it is addressed, the last one holds, and it begins a new count', () => {
  for (const wish of [
    'use the strong model',
    'Please think harder.',
    'Fix it, and escalate',
    'Switch to the best model!',
    'ok, use a bigger model now',
  ]) {
    assert.equal(readWork(begin(wish)).wish, 'strong', wish);
  }
  for (const wish of ['use the cheap model', 'please switch back to the smaller one', 'de-escalate']) {
    assert.equal(readWork(begin(wish)).wish, 'cheap', wish);
  }
  for (const text of [
    'train a stronger model',
    'escalation of errors',
    'rename the better model class',
    'explain the small model',
    'MD5 is weak, use a stronger one',
    'If the flag is absent, use the default model.',
    'Use the best model class for it',
    'Three verbs: acknowledge, escalate and close',
    'May a user escalate privileges?',
    'Mend the prompt:\n```\nThink harder.\nUse the best model.\n```',
    'It printed this:\n> use the strong model',
  ]) {
    assert.equal(readWork(begin(text)).wish, undefined, text);
  }
  const failed = [...begin('x'), ...patched(), ...ran('npm test', 1, FAILED_TEST), ...said('Hm.')];
  const after = readWork([...failed, ...user('use the cheap model')]);
  assert.deepEqual([after.task, after.wish, after.events.map(({ kind }) => kind)], ['x', 'cheap', ['edited']]);
  assert.notEqual(after.key, readWork(failed).key);
});

test('plan mode is what the last developer message says, and a plan that is taken up needs no other', () => {
  const plan = developer('<collaboration_mode># Plan Mode (Conversational)\nYou work in 3 phases</collaboration_mode>');
  const work = developer('<collaboration_mode># Collaboration Mode: Default\nYou are now</collaboration_mode>');
  assert.equal(readWork([...plan, ...begin('x')]).planMode, true);
  const told = [
    ...plan,
    ...begin('x'),
    ...said('<proposed_plan>\n1. a\n</proposed_plan>'),
    ...work,
    ...user('Implement the plan.'),
  ];
  assert.deepEqual([readWork(told).planMode, readWork(told).planned, readWork(told).task], [false, true, 'x']);
});

test('law: what follows only adds to what was seen of a task', () => {
  const steps = fc.constantFrom<() => Talk>(
    () => patched(),
    () => patched('a.js', FAILED_PATCH),
    () => ran('npm test', 1, FAILED_TEST),
    () => ran('npm test', 0, 'ok'),
    () => ran('cat a.js', 0, 'a'),
    () => ran('node build.js', 2, 'error: no\nerror: no'),
    () => said('My plan:\n1. a\n2. b\n3. c'),
    () => user('continue'),
    () => user('It still fails.'),
  );
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 12 }), fc.array(steps, { maxLength: 6 }), (before, later) => {
      const first = [...begin('mend the parser'), ...before.flatMap((make) => make())];
      const one = readWork(first);
      const both = readWork([...first, ...later.flatMap((make) => make())]);
      assert.equal(both.key, one.key);
      assert.deepEqual(both.events.slice(0, one.events.length), one.events);
    }),
  );
});

test('trouble that the user tells of counts', () => {
  const first = [...begin('x'), ...said('Done.')];
  for (const text of [
    'It still fails.',
    'that did not work',
    "doesn't compile",
    'Same error.',
    'no, that is wrong',
    'The fix did not help',
    'It fails again',
  ]) {
    assert.deepEqual(kinds([...first, ...user(text)]), ['still-broken'], text);
  }
  // A fault that is reported is a task of its own, and comes down from where the last one ended.
  for (const text of [
    'The login page does not work on Safari, please fix.',
    'Run the linter again and fix all errors',
    'Make both endpoints return the same error',
    'Retry failed uploads three times',
  ]) {
    assert.deepEqual([readWork([...first, ...user(text)]).task, kinds([...first, ...user(text)])], [text, []]);
  }
});

const CAPTURES = fileURLToPath(new URL('../../../../shared/codex/captures/', import.meta.url));

test('every conversation that Codex was seen to hold is read, and its task is what was typed', {
  skip: !existsSync(CAPTURES),
}, () => {
  const { ingress } = protocolById('openai-responses');
  assert.ok(ingress);
  let read = 0;
  for (const folder of readdirSync(CAPTURES, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    for (const file of readdirSync(`${CAPTURES}${folder.name}`).filter((name) => /^request-\d+\.json$/.test(name))) {
      const recorded = parseJson(readFileSync(`${CAPTURES}${folder.name}/${file}`, 'utf8'));
      const body = isJsonObject(recorded) ? recorded['body'] : undefined;
      if (!isJsonObject(body) || !Array.isArray(body['input'])) continue;
      const { task } = readWork(ingress.decodeRequest(body).value.messages);
      assert.doesNotMatch(task, /^<(?!instructions omitted)/, `${folder.name}/${file}`);
      read += 1;
    }
  }
  assert.ok(read > 50, `${read}`);
});

test('a history of 400 KB is read in about a millisecond', () => {
  const output = 'src/some/file.ts:12: const value = other(thing);\n'.repeat(80);
  const talk = [
    ...begin('x'),
    ...Array.from({ length: 95 }, (_, at) => [...patched(`${at}.js`), ...ran(`npm test ${at}`, 1, output)]).flat(),
  ];
  assert.ok(JSON.stringify(talk).length > 400_000);
  for (let warm = 0; warm < 30; warm += 1) readWork(talk);
  const times = Array.from({ length: 50 }, () => {
    const at = performance.now();
    readWork(talk);
    return performance.now() - at;
  }).sort((a, b) => a - b);
  console.log(`median ${times[25]?.toFixed(2)} ms`);
  // A machine under load is slower than the millisecond that is meant.
  assert.ok((times[25] ?? 99) < 20, `${times[25]} ms`);
});
