/** What an output says of a run of tests.
 *  @property runner  the field's name of the program. @property failed  how many, where it says so.
 *  @property first   the name of the first test that failed. */
export type TestRun = { readonly runner: string; readonly failed?: number; readonly first?: string };

/** @property failure  a line of its summary that only a failing run has; the first group counts the failures.
 *  @property name     a line that names a failing test in its first group. */
type Runner = { readonly runner: string; readonly failure: RegExp; readonly name?: RegExp };

/** The formats of the runners themselves, as they print them without colours. */
const RUNNERS: readonly Runner[] = [
  {
    runner: 'node --test',
    failure: /^(?:ℹ|#) fail ([1-9]\d*)$/m,
    name: /^(?:\s*not ok \d+ - |\s*✖ )(?!failing tests)([^\n(]+)/m,
  },
  { runner: 'vitest', failure: /^\s*Tests\s+([1-9]\d*) failed/m, name: /^\s*(?:FAIL|×)\s+([^\n]+)/m },
  { runner: 'jest', failure: /^Tests:\s+([1-9]\d*) failed/m, name: /^\s*● ([^\n]+)/m },
  {
    runner: 'pytest',
    failure: /^(?:=+ )?(?:.*\D)?([1-9]\d*) (?:failed|errors?)\b.* in [\d.:]+ ?s/m,
    name: /^(?:FAILED|ERROR) (\S+)/m,
  },
  { runner: 'unittest', failure: /^FAILED \((?:failures|errors)=([1-9]\d*)/m, name: /^(?:FAIL|ERROR): ([^\n]+)/m },
  {
    runner: 'cargo test',
    failure: /^test result: FAILED\. \d+ passed; (\d+) failed/m,
    name: /^test (\S+) \.\.\. FAILED/m,
  },
  { runner: 'go test', failure: /^(?:--- FAIL|FAIL\t)/m, name: /^\s*--- FAIL: (\S+)/m },
  { runner: 'mocha', failure: /^\s+([1-9]\d*) failing\b/m, name: /^\s+1\) ([^\n]+)/m },
  { runner: 'rspec', failure: /^\d+ examples?, ([1-9]\d*) failures?/m, name: /^rspec (\S+)/m },
  {
    runner: 'JUnit',
    failure: /Tests run: \d+, Failures: (?:([1-9]\d*)|0, Errors: [1-9])/,
    name: /^\[ERROR\]\s+([\w.$]+[:.][\w]+)/m,
  },
  { runner: 'gradle', failure: /^\d+ tests? completed, ([1-9]\d*) failed/m, name: /^(\S+ > \S+).* FAILED$/m },
  { runner: 'phpunit', failure: /^(?:FAILURES|ERRORS)!$/m, name: /^1\) (\S+)/m },
  { runner: 'dotnet test', failure: /^Failed!\s+-\s+Failed:\s+(\d+)/m, name: /^\s+Failed (\S+)/m },
  { runner: 'ctest', failure: /tests passed, ([1-9]\d*) tests? failed out of/, name: /^\s+\d+ - (\S+) \(/m },
  { runner: 'deno test', failure: /^FAILED \| .*?(\d+) failed/m, name: /^([^\n]+?) \.\.\. FAILED/m },
  { runner: 'bun test', failure: /^\s*([1-9]\d*) fail$/m, name: /^\(fail\) ([^\n[]+)/m },
  { runner: 'mix test', failure: /^\d+ tests?, ([1-9]\d*) failures?/m, name: /^\s+1\) test ([^\n(]+)/m },
  { runner: 'XCTest', failure: /Executed \d+ tests?, with ([1-9]\d*) failures?/, name: /Test Case '([^']+)' failed/ },
  { runner: 'SymPy', failure: /^ tests finished: .*?([1-9]\d*) (?:failed|exceptions?)/m, name: /^_+ \S+?:(\S+) _+$/m },
  // Summaries that were cut off before their last line.
  { runner: 'pytest', failure: /^FAILED \S+::/m, name: /^FAILED (\S+)/m },
  { runner: 'unittest', failure: /^(?:FAIL|ERROR): \w+ \(/m, name: /^(?:FAIL|ERROR): ([^\n]+)/m },
  { runner: 'TAP', failure: /^not ok \d+/m, name: /^not ok \d+ -? ?([^\n#]+)/m },
];

/** A failing run in this output, told by the summary that its runner prints. */
export function failingSummary(output: string): TestRun | undefined {
  if (!FAILURE_WORD.test(output)) return undefined;
  const plain = output
    .replace(COLOURS, '')
    .split('\n')
    .filter((line) => line.length <= LINE_LENGTH && TELLING_LINE.test(line))
    .join('\n');
  for (const { runner, failure, name } of RUNNERS) {
    const found = failure.exec(plain);
    if (found === null) continue;
    const first = name?.exec(plain)?.[1]?.trim();
    return {
      runner,
      ...(found[1] === undefined ? {} : { failed: Number(found[1]) }),
      ...(first === undefined || first === '' ? {} : { first }),
    };
  }
  return undefined;
}

/** Without one of these no summary tells of a failure. */
const FAILURE_WORD = /fail|FAIL|Fail|not ok|ERROR(?:S!|: )|[1-9] (?:error|exception)/;
/** Every line that a pattern above looks at holds one of these: most lines of a long output do not. */
const TELLING_LINE = /fail|FAIL|Fail|not ok|ERROR|error|✖|×|●|^_+ |^ tests finished|^\s*1\) |^rspec |^\s+\d+ - /;

/** No summary has longer lines, and some patterns take long over long ones. */
const LINE_LENGTH = 400;

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals colour with them
const COLOURS = /\u001b\[[\d;]*m/g;

/** Where a command begins in a line of a shell, or in the arguments of a call that has one: at its start, after what parts
 *  commands, in a string that is an argument of its own, after `sh -c`. */
const BEGINS = String.raw`(?:^|[;&|({\n${'`'}]|\\n|[:,[(][ \t]*\\?["'${'`'}]|\s-\w*c +\\?["'])[ \t]*`;
/** What may stand before the program: variables, and programs that run others. */
const BEFORE = String.raw`(?:(?:\w+=\S*|time|exec|sudo|env|nice|command|then|do|else|!|timeout(?:\s-\S+)*\s\d\w*|(?:poetry|uv|pipenv|rye|hatch|pdm) run|bundle exec|docker(?:[ -]compose)? (?:run|exec)(?:\s[^\s;&|]+){1,6}?|npx|bunx|pnpm(?: exec)?|yarn|coverage run -m|python\d?(?:\.\d+)? -m)\s+)*(?:[\w.~$-]*\/)*`;
const RUNS = String.raw`(?:npm|pnpm|yarn|bun)(?: run| -s| --silent)* (?:t|test)\b|node (?:[^\s;&|]+ )*--test\b|(?:jest|vitest|mocha|ava|playwright test|pytest|unittest|nose2|py\.test|tox|nox)\b(?!=)|cargo (?:\S+ )?(?:test|nextest)\b|go test\b|mvnw?\b[^;&|]*\b(?:test|verify)\b|gradlew?\b[^;&|]*\b(?:test|check)\b|(?:rspec|phpunit|ctest)\b|dotnet test\b|make (?:[^\s;&|]+ )*(?:test|tests|check)\b|bazel test\b|deno test\b|swift test\b|mix test\b|rake (?:test|spec)\b|sbt test\b|stack test\b|cabal test\b|zig build test\b`;
/** Commands that run tests; not those that install, look for or show what belongs to them. */
const TEST_COMMAND = new RegExp(`${BEGINS}${BEFORE}(${RUNS})`);

/** A command that runs tests.
 *  @property words   the command, for a reason.
 *  @property hidden  what follows it in the line decides about the status, as a pipe does: 0 says nothing. */
export type TestCommand = { readonly words: string; readonly hidden: boolean };

/** @param command  a command line, or the arguments of a call that has one. */
export function testCommand(command: string): TestCommand | undefined {
  const found = TEST_COMMAND.exec(command);
  if (found?.[1] === undefined) return undefined;
  const rest = command.slice(found.index + found[0].length).replace(/\d?>&\d|&&/g, '');
  return { words: found[1], hidden: /[|;&\n]|\\n/.test(rest) };
}
