import { tellsOfFailure } from './failure-words.ts';
import type { TimeForm } from './time.ts';
import { createTraces } from './traces.ts';
import { createShape, readShape } from './words.ts';

/** Values of one changing part. @property counts  how often each came, in the order of their first appearance.
 *  @property beyond  lines whose value is not among them. */
export type Values = { readonly counts: Map<string, number>; beyond: number };

/** Lines of one shape.
 *  @property fixed      what stands between the changing parts: one more than there are parts.
 *  @property timeAt     the place of the time within `fixed`, as `[index, offset]`; undefined where there is none.
 *  @property lines      the first few, as they are.
 *  @property first, last  numbers of lines, from 1. @property from, to  times, as written.
 *  @property messages   of failures: how often each came, without its time, while they are few. */
export type Template = {
  readonly fixed: readonly string[];
  readonly values: readonly Values[];
  readonly failure: boolean;
  readonly lines: string[];
  count: number;
  readonly first: number;
  last: number;
  readonly from: string | undefined;
  to: string | undefined;
  messages: Map<string, Message> | undefined;
};
export type Message = { readonly line: string; count: number };

export type Mined = {
  /** In the order of their first lines. */
  readonly templates: readonly Template[];
  readonly lineCount: number;
};

/** Stands for the time in a template's fixed text. */
export const TIME = '\u0001';

const MOST_TEMPLATES = 20_000;
/** With those that are one line, or one trace, each. */
const MOST_IN_ALL = 40_000;
const MOST_VALUES = 5_000;
/** Values of all templates together. */
const MOST_VALUES_IN_ALL = 400_000;
const MOST_LINES = 3;
const MOST_MESSAGES = 64;
/** A line longer than this is no pattern of anything. */
export const LONGEST = 4_000;

/** Lines of a log by their shapes. Memory is bounded by the numbers above; what has no place among them stays a template of
 *  its own line, so that nothing is lost.
 *  @returns undefined where there are too many: such a text has no patterns. */
export function mine(text: string, forms: readonly TimeForm[]): Mined | undefined {
  const shape = createShape();
  const byKey = new Map<number, Template>();
  const byText = new Map<string, Template>();
  const templates: Template[] = [];
  const traces = createTraces();
  let room = MOST_VALUES_IN_ALL;
  let lineNumber = 0;

  const add = (template: Template): Template => {
    templates.push(template);
    return template;
  };

  /** Lines that are folded only where they are the same, every character. */
  function addWhole(whole: string, first: number, last: number, failure: boolean): void {
    const known = byText.get(whole);
    if (known !== undefined) {
      known.count += 1;
      known.last = last;
      return;
    }
    const template = add(wholeTemplate(whole, first, last, failure));
    if (byText.size < MOST_TEMPLATES) byText.set(whole, template);
  }

  function addLine(from: number, to: number): void {
    let timeFrom = from;
    let timeTo = from;
    for (const { pattern } of forms) {
      pattern.lastIndex = from;
      const found = to - from <= LONGEST ? pattern.exec(text) : null;
      if (found === null || pattern.lastIndex > to) continue;
      timeTo = pattern.lastIndex;
      timeFrom = timeTo - (found[1] ?? '').length;
      break;
    }
    readShape(shape, text, from, to, timeFrom, timeTo);
    const timed = timeTo > timeFrom;
    let template = byKey.get(shape.key);
    if (template === undefined) {
      if (byKey.size >= MOST_TEMPLATES) {
        const line = text.slice(from, to);
        addWhole(line, lineNumber, lineNumber, tellsOfFailure(line));
        return;
      }
      const failure = tellsOfFailure(text.slice(from, to));
      template = add({
        fixed: fixedParts(text, from, to, timeFrom, timeTo, shape.spans, shape.parts),
        values: Array.from({ length: shape.parts }, () => ({ counts: new Map<string, number>(), beyond: 0 })),
        failure,
        lines: [],
        count: 0,
        first: lineNumber,
        last: lineNumber,
        from: timed ? text.slice(timeFrom, timeTo) : undefined,
        to: undefined,
        messages: failure ? new Map() : undefined,
      });
      byKey.set(shape.key, template);
    }
    template.count += 1;
    template.last = lineNumber;
    if (timed) template.to = text.slice(timeFrom, timeTo);
    if (template.lines.length < MOST_LINES) template.lines.push(text.slice(from, to));
    for (let part = 0; part < shape.parts; part += 1) {
      const values = template.values[part];
      if (values === undefined) continue;
      const value = text.slice(shape.spans[2 * part], shape.spans[2 * part + 1]);
      const count = values.counts.get(value);
      if (count !== undefined) values.counts.set(value, count + 1);
      else if (values.counts.size < MOST_VALUES && room > 0) {
        values.counts.set(value, 1);
        room -= 1;
      } else values.beyond += 1;
    }
    if (template.messages !== undefined) addMessage(template, text, from, to, timeFrom, timeTo);
  }

  for (let from = 0; from < text.length; ) {
    if (templates.length > MOST_IN_ALL) return undefined;
    const found = text.indexOf('\n', from);
    const end = found === -1 ? text.length : found;
    const to = end > from && text.charCodeAt(end - 1) === 0x0d ? end - 1 : end;
    lineNumber += 1;
    const trace = traces.endOf(text, from, to);
    if (trace !== undefined) {
      const whole = text.slice(from, trace.to);
      addWhole(whole, lineNumber, lineNumber + trace.lines - 1, true);
      lineNumber += trace.lines - 1;
      from = trace.next;
      continue;
    }
    if (to - from > LONGEST) addWhole(text.slice(from, to), lineNumber, lineNumber, false);
    else if (to > from) addLine(from, to);
    from = end + 1;
  }
  return { templates, lineCount: lineNumber };
}

function wholeTemplate(whole: string, first: number, last: number, failure: boolean): Template {
  return {
    fixed: [whole],
    values: [],
    failure,
    lines: [whole],
    count: 1,
    first,
    last,
    from: undefined,
    to: undefined,
    messages: undefined,
  };
}

function addMessage(
  template: Template,
  text: string,
  from: number,
  to: number,
  timeFrom: number,
  timeTo: number,
): void {
  const key = timeTo > timeFrom ? text.slice(from, timeFrom) + text.slice(timeTo, to) : text.slice(from, to);
  const message = template.messages?.get(key);
  if (message !== undefined) message.count += 1;
  else if ((template.messages?.size ?? 0) >= MOST_MESSAGES) template.messages = undefined;
  else template.messages?.set(key, { line: text.slice(from, to), count: 1 });
}

function fixedParts(
  text: string,
  from: number,
  to: number,
  timeFrom: number,
  timeTo: number,
  spans: Int32Array,
  parts: number,
): readonly string[] {
  const fixed: string[] = [];
  let at = from;
  for (let part = 0; part <= parts; part += 1) {
    const end = part < parts ? (spans[2 * part] ?? to) : to;
    const timed = timeTo > timeFrom && timeFrom >= at && timeTo <= end;
    fixed.push(timed ? text.slice(at, timeFrom) + TIME + text.slice(timeTo, end) : text.slice(at, end));
    at = spans[2 * part + 1] ?? to;
  }
  return fixed;
}
