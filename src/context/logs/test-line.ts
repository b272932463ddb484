/** What one line of a test runner's output says. `passes`: so many tests passed, or were skipped, and nothing else. */
export type TestLine =
  | { readonly kind: 'passes'; readonly passed: number; readonly skipped: number }
  | { readonly kind: 'name' | 'noise' | 'duration' | 'place' | 'blank' | 'other' };

const PASSES: readonly RegExp[] = [
  /^PASSED \S/u, // pytest -rA
  /^\S+::.* PASSED(?: +\[ *\d+%\])?$/u, // pytest -v
  /^.* \.\.\. ok$/u, // unittest, cargo test
  /^(?:test_\w+ )?ok$/u, // SymPy; a name that stood above
  /^ *ok(?: {2}\t?\t?\S+\t.*| \d+(?: .*)?)$/u, // go test, TAP
  /^ *--- PASS: /u,
  /^ ?PASS(?: [\w@./-]+| {2}\S[^:]* )? {1,2}(?:\S*[/\\])?[^\s/\\]+\.[cm]?[jt]sx?(?: \(\d[^()]*\))?$/u, // jest: a project's name, a file, its time
  /^PASS$/u, // go test
  /^\s*[✓✔√] \S/u, // mocha, vitest, node --test
];
/** What says that a test began, or how long it took, and nothing else. */
const BEGINS = /^ *(?:=== (?:RUN|PAUSE|CONT|NAME) +\S+|# Subtest: .*)$/u;
/** Vitest says how many tests a file has. */
const TESTS_IN_FILE = /\((\d+) tests?\b/u;
const SKIPS: readonly RegExp[] = [
  /^\S+::.* (?:SKIPPED|XFAIL)\b.*\[ *\d+%\]$/u,
  /^.* \.\.\. (?:skipped|expected failure|ignored)\b/u,
  /^test_\w+.* [sf]$/u, // SymPy: skipped, expected to fail
  /^ *--- SKIP: /u,
  /^\s*[-↓○] \S.*(?:skipped|todo)$/u,
];
/** Dots of pytest and SymPy: a file with its marks, or the marks that go on. */
const DOTS = /^(?:\S+\.\w+(?:\[\d+\])? +)?([.sx]{1,})(?: *\[(?: *\d+%|OK)\])?$/u;

const NOISE =
  /^ *(?:Requirement already satisfied|Collecting \S|Downloading \S|Obtaining \S|Using cached|Installing build|Checking if build|Getting requirements|Preparing (?:metadata|editable)|Building (?:editable|wheels?)|Created wheel|Stored in directory|Successfully (?:built|installed|uninstalled)|Installing collected|Attempting uninstall|Found existing|Uninstalling \S|Cloning (?:database|into)|Applying \S+\.\S+\.\.\. OK|Creating (?:table|test database)|Synchroniz|Running (?:deferred|migrations)|(?:npm|yarn) (?:warn|notice)|added \d+ packages)/u;
const DURATION = /^\d+\.\d+s (?:call|setup|teardown) +\S/u;
const PLACE = /^(?:\S+::\S+(?:\[.*\])?|\S+\.py:\d+)$/u;
const NAME = /^test\w* \([\w.]+\)$/u;

const OTHER: TestLine = { kind: 'other' };

/** @param line  without escapes of terminals. */
export function readTestLine(line: string): TestLine {
  if (line === '') return { kind: 'blank' };
  if (line.length > 1_000) return OTHER;
  if (PASSES.some((pattern) => pattern.test(line))) {
    return { kind: 'passes', passed: Number(TESTS_IN_FILE.exec(line)?.[1] ?? 1), skipped: 0 };
  }
  if (BEGINS.test(line)) return { kind: 'passes', passed: 0, skipped: 0 };
  if (SKIPS.some((pattern) => pattern.test(line))) return { kind: 'passes', passed: 0, skipped: 1 };
  const marks = DOTS.exec(line)?.[1];
  if (marks !== undefined) {
    const passed = marks.replaceAll(/[^.]/gu, '').length;
    return { kind: 'passes', passed, skipped: marks.length - passed };
  }
  if (NAME.test(line)) return { kind: 'name' };
  if (NOISE.test(line)) return { kind: 'noise' };
  if (DURATION.test(line)) return { kind: 'duration' };
  return PLACE.test(line) ? { kind: 'place' } : OTHER;
}

/** Failures, errors, assertions and where they happened. */
const FAILURE =
  /\b(?:FAIL(?:S|ED|URES?|ING)?|ERRORS?|XPASS|Traceback|panicked|fatal|FATAL|Segmentation fault|not ok|(?:Assertion|Timeout)\b)|(?:Error|Exception|Failed|Failure)\b|\b(?:error|failed|failure)s?\b|^[E>](?: {2,}|$)|[✗✕×✖]/u;

export function isFailureLine(line: string): boolean {
  return FAILURE.test(line);
}
