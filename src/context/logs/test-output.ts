import { ESC, ESCAPES } from './escapes.ts';
import { MARK } from './mark.ts';
import { foldRepeats } from './repeated-lines.ts';
import { isFailureLine, readTestLine, type TestLine } from './test-line.ts';

/** Output of a test runner: failures, tracebacks and summaries word by word; passes are counted, and so is what else
 *  repeats or tells nothing about this run. */
export function compressTestOutput(text: string): string {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const seen = lines.map((line) => (line.includes(ESC) ? line.replace(ESCAPES, '') : line));
  const kept = foldRepeats(folded(lines, seen, passesOutput(seen)));
  return `${HEADER}\n${kept.join('\n')}`;
}

const HEADER = `${MARK}output of tests. What passed, and what repeats or tells nothing of this run, is counted in brackets; failures, tracebacks and summaries are word by word.]`;

type Range = { readonly from: number; readonly to: number };

const STARTS = /^=+ test session starts =+$/u;

/** What passing tests printed, as pytest repeats it under a heading of its own. It may hold such headings itself, where
 *  the tests are those of pytest. */
function passesOutput(seen: readonly string[]): Range | undefined {
  const from = seen.findIndex((line) => /^=+ PASSES =+$/u.test(line));
  if (from === -1) return undefined;
  // A run that begins anywhere but at the top of what a test printed is another one of this output.
  const after = seen.findIndex(
    (line, at) => at > from && STARTS.test(line) && !/^-+ Captured /u.test(seen[at - 1] ?? ''),
  );
  const to = seen.findLastIndex(
    (line, at) =>
      (after === -1 || at < after) && /^=+ (?:short test summary info|warnings summary|slowest .*) =+$/u.test(line),
  );
  return to > from ? { from: from + 1, to } : undefined;
}

/** Runs of lines that say the same kind of thing, and the words for them. */
type Run = 'passes' | 'noise' | 'duration' | 'place' | 'docstring' | 'printed';
/** Of some, the first few lines stay. A run that is not longer stays whole. */
const SHOWN: Readonly<Record<Run, number>> = { passes: 0, noise: 0, duration: 3, place: 1, docstring: 0, printed: 0 };
const LEAST_FOLDED = 2;

function folded(lines: readonly string[], seen: readonly string[], printed: Range | undefined): readonly string[] {
  const out: string[] = [];
  /** Colours are for people; a failure stays as it is, all of it. */
  const keep = (line: string, text: string): void => void out.push(isFailureLine(text) ? line : text);
  let run: { kind: Run; lines: string[]; passed: number; skipped: number } | undefined;

  function close(): void {
    if (run === undefined) return;
    const { kind, lines: all, passed, skipped } = run;
    const shown = SHOWN[kind];
    const hidden = all.slice(shown).filter((line) => line !== '').length;
    // A blank line at the end parts what was from what comes.
    const blank = all.length > 1 && all.at(-1) === '' ? [''] : [];
    if (kind !== 'passes' && hidden < LEAST_FOLDED) out.push(...all);
    else out.push(...all.slice(0, shown), words(kind, hidden, passed, skipped), ...blank);
    run = undefined;
  }
  function add(kind: Run, line: string, passed = 0, skipped = 0): void {
    if (run?.kind !== kind) {
      close();
      run = { kind, lines: [], passed: 0, skipped: 0 };
    }
    run.lines.push(line);
    run.passed += passed;
    run.skipped += skipped;
  }

  let docstring: string | undefined;
  for (const [at, line] of lines.entries()) {
    const text = seen[at] ?? '';
    const read = readTestLine(text.trimEnd());
    if (printed !== undefined && at >= printed.from && at < printed.to) {
      if (isFailureLine(text)) {
        close();
        out.push(line);
      } else add('printed', text);
      continue;
    }
    if (docstring !== undefined) {
      if (text.includes(docstring)) {
        docstring = undefined;
        close();
        keep(line, text);
      } else if (isFailureLine(text)) {
        close();
        out.push(line);
      } else add('docstring', text);
      continue;
    }
    if (read.kind === 'blank' && run !== undefined) {
      run.lines.push(text);
      continue;
    }
    if (run?.kind === 'passes' && TAP_DETAIL.test(text)) {
      run.lines.push(text);
      continue;
    }
    if (read.kind === 'passes') add('passes', text, read.passed, read.skipped);
    else if (isPassedName(read, seen, at)) add('passes', text);
    else if ((read.kind === 'noise' && !isFailureLine(text)) || read.kind === 'duration' || read.kind === 'place')
      add(read.kind, text);
    else {
      close();
      keep(line, text);
      docstring = opensDocstring(seen, at);
    }
  }
  close();
  return out;
}

/** Below a test that passed, in TAP. */
const TAP_DETAIL = /^ *(?:---|\.\.\.|duration_ms: .*|type: .*|1\.\.\d+)$/u;

function words(kind: Run, hidden: number, passed: number, skipped: number): string {
  switch (kind) {
    case 'passes':
      if (passed + skipped === 0) return `[${hidden} lines of tests that began]`;
      return skipped === 0 ? `[${passed} passed]` : `[${passed} passed, ${skipped} skipped or expected to fail]`;
    case 'noise':
      return `[${hidden} lines of setup]`;
    case 'duration':
      return `[${hidden} more durations]`;
    case 'place':
      return `[${hidden} more places]`;
    case 'docstring':
      return `[${hidden} lines of a docstring]`;
    default:
      return `[${hidden} lines that passing tests printed]`;
  }
}

/** unittest writes a test's name, and below it the first line of its docstring with the outcome. */
function isPassedName(read: TestLine, seen: readonly string[], at: number): boolean {
  if (read.kind !== 'name') return false;
  const next = seen[at + 1];
  return next !== undefined && readTestLine(next.trimEnd()).kind === 'passes';
}

/** In lines. What goes on for longer is not taken for a docstring. */
const LONGEST_DOCSTRING = 200;
/** What stands in no docstring: where a test failed, why, and headings. A listing may end before its docstring does. */
const BEYOND_DOCSTRING = /^(?:[E>](?: {2,}|$)|[=_-]{3,}(?: |$))/u;

/** @returns the mark that ends a docstring, if one begins here: below the head of a function, and going on to an end. */
function opensDocstring(seen: readonly string[], at: number): string | undefined {
  const mark = /^\s+[rRuU]?("""|''')/u.exec(seen[at] ?? '')?.[1];
  if (mark === undefined || (seen[at]?.split(mark).length ?? 0) > 2) return undefined;
  if (!/:\s*$/u.test(seen[at - 1] ?? '')) return undefined;
  const below = seen.slice(at + 1, at + 1 + LONGEST_DOCSTRING);
  const end = below.findIndex((line) => line.includes(mark) || BEYOND_DOCSTRING.test(line));
  return below[end]?.includes(mark) === true ? mark : undefined;
}
