import { ESCAPES } from './escapes.ts';
import { findTimes } from './time.ts';

/** What a text is, as far as it can be made smaller. */
export type TextKind = 'test-output' | 'log' | 'diff' | 'listing' | 'json' | 'other';

/** Lines that are looked at, spread over the text. */
const SAMPLE = 400;

const DIFF = /^(?:diff --git |@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@|\+\+\+ \S|--- \S)/mu;
const HUNK = /^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@/mu;

/** What test runners write and nobody else does. */
const TESTS =
  /^(?:=+ test session starts =+|=+ test process starts =+|Ran \d+ tests? in |(?:FAIL|ERROR|FAILED|PASSED): ?\S|(?:PASSED|FAILED|ERROR|SKIPPED|XFAIL) \S+::|ok {2}\t?\S+\t[\d.]+s|--- (?:PASS|FAIL|SKIP): |running \d+ tests?$|test result: |test \S+ \.\.\. (?:ok|FAILED|ignored)|TAP version \d+|1\.\.\d+$|(?:not )?ok \d+ |# (?:tests|pass|fail) \d+| *Tests: +.{0,200}\d+ (?:passed|failed)|Test Suites: | +[✓✔✕✗×] |Tests run: \d+|test_\w+ \(\S+\)| *\d+ passing)/mu;

const TEST_LINE = /(?:\.\.\. (?:ok|FAIL|ERROR|skipped)\b|::\S+ (?:PASSED|FAILED|SKIPPED)| \.{3,}|^test_\w+ \w+$)/u;

/** A path and nothing else, as `find` and `ls` write them; with numbers before it, as `ls -l`, `du` and `wc` do; or with a
 *  line and its text, as `grep -n` does. */
const ENTRY =
  /^(?:[-dlcbps][-rwxsStT]{9}[+@.]? +\d+ .*|total \d+|(?:\.{0,2}\/)?(?:[\w@.+~-]+\/)+[\w@.+~-]*|\s*[\d.,]+[KMGT]?\s+\S*\/\S*|(?:[│|] {3}| {4})*(?:[├└]──|\|--|`--) .*)$/u;

/** A log whose lines say how grave they are, but not when. */
const LEVEL = /^[^\p{L}]{0,8}(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL)\b/u;

/** @param text  not empty. */
export function kindOf(text: string): TextKind {
  const first = text.trimStart()[0];
  if ((first === '{' || first === '[') && looksLikeJson(text)) return 'json';
  if (DIFF.test(text.slice(0, 500).split('\n').slice(0, 2).join('\n')) && HUNK.test(text.slice(0, 20_000)))
    return 'diff';
  const lines = sample(text);
  if (lines.length < 8) return 'other';
  const ends = (text.slice(0, 100_000) + text.slice(-20_000)).replace(ESCAPES, '');
  if (TESTS.test(ends) || share(lines, TEST_LINE) > 0.2) return 'test-output';
  if (HUNK.test(text.slice(0, 200_000)) && DIFF.test(text.slice(0, 20_000))) return 'diff';
  if (share(lines, ENTRY) > 0.8) return 'listing';
  if (findTimes(lines).length > 0 || share(lines, LEVEL) > 0.5) return 'log';
  return 'other';
}

/** A log's line may begin with a bracket, too: `[2024-08-27 06:15:54]`, `[1234] started`. */
const JSON_START =
  /^(?:\{\s*["}]|\[\s*(?:["[{]|\]\s*$|(?:-?\d[\d.]*(?:[eE][+-]?\d+)?|true|false|null)\s*(?:,|\]\s*(?:$|[,\n]))))/u;

function looksLikeJson(text: string): boolean {
  if (!JSON_START.test(text.trimStart().slice(0, 200))) return false;
  const last = text.trimEnd().at(-1);
  return last === '}' || last === ']';
}

function share(lines: readonly string[], pattern: RegExp): number {
  return lines.filter((line) => pattern.test(line)).length / lines.length;
}

/** Lines that are not empty, from everywhere in the text, each cut where it gets long. */
export function sample(text: string): readonly string[] {
  const lines: string[] = [];
  const step = Math.max(1, Math.floor(text.length / SAMPLE));
  for (let at = 0, least = 0; at < text.length && lines.length < SAMPLE; ) {
    const found = text.indexOf('\n', at);
    const end = found === -1 ? text.length : found;
    const line = text.slice(at, Math.min(end, at + 400)).trimEnd();
    if (line !== '') lines.push(line);
    least += step;
    if (end >= least) {
      at = end + 1;
      continue;
    }
    const next = text.indexOf('\n', Math.max(end, least - 1));
    at = next === -1 ? text.length : next + 1;
  }
  return lines;
}
