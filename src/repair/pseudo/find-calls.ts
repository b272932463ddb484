import type { PseudoCallForm } from '../../ir/dialect.ts';
import { FORMS, type Form } from './forms.ts';
import type { WrittenCall } from './written-call.ts';

/** A piece of a text: words, or what reads as calls, with the words that it was written in. */
export type TextPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'calls'; readonly calls: readonly WrittenCall[]; readonly text: string };

/** One text as it streams, its calls told apart from its words. Words go on at once, but for what may be the beginning of
 *  a call. Nothing inside a code fence or behind a backtick is a call, but for JSON in a fence that ends the text.
 *  @property end  @param cut  the text was cut: what was held is words. */
export type CallFinder = {
  readonly push: (piece: string) => readonly TextPart[];
  readonly end: (cut: boolean) => readonly TextPart[];
};

/** More is held for no call, in characters. */
const MAX_HELD = 1_048_576;
/** Longer than what any form closes with. */
const OVERLAP = 64;
const FENCE = '```';

export function callFinder(wanted: readonly PseudoCallForm[]): CallFinder {
  const forms = wanted.flatMap((form) => FORMS[form]);
  const starts = new Set([...forms.map((form) => form.first).join(''), '`']);
  let parts: TextPart[] = [];
  /** What may be a call or its beginning. */
  let held = '';
  /** The end of what came, kept apart: to cut it from what is held would copy all of that for each piece. */
  let tail = '';
  let form: Form | undefined;
  /** Its end may have come since it was read last. A long one is not read for every piece, lest reading takes the square
   *  of its length. */
  let closed = false;
  let readAgainAt = 0;
  let inFence = false;
  let lineStart = true;
  let textStart = true;
  let last = '';

  const say = (text: string): void => {
    if (text === '') return;
    const before = parts.at(-1);
    if (before?.type === 'text') parts[parts.length - 1] = { type: 'text', text: before.text + text };
    else parts.push({ type: 'text', text });
    const line = text.slice(text.lastIndexOf('\n') + 1);
    lineStart = line.trim() === '' && (line.length < text.length || lineStart);
    textStart &&= text.trim() === '';
    last = text.charAt(text.length - 1);
  };

  const mayStand = ({ where }: Form): boolean =>
    where === 'anywhere' ? last !== '`' : where === 'line' ? lineStart : textStart;

  /** Words up to where a call may begin. @returns the rest, empty where there is none. */
  const skipWords = (text: string): string => {
    let at = 0;
    while (at < text.length && !starts.has(text.charAt(at))) at += 1;
    say(text.slice(0, at));
    return text.slice(at);
  };

  /** Decides what stands at the front. @returns the text behind what was decided, or undefined where more is needed. */
  const decide = (text: string, isWhole: boolean): string | undefined => {
    const candidates = inFence ? [] : forms.filter(mayStand);
    form = candidates.find((one) => one.begins(text) === 'yes');
    closed = false;
    readAgainAt = 0;
    if (form !== undefined) return read(form, text, text, isWhole);
    if (!isWhole && candidates.some((one) => one.begins(text) === 'maybe')) return undefined;
    return pass(text, isWhole);
  };

  /** The front is no call: a fence, or a character of a word. */
  const pass = (text: string, isWhole: boolean): string | undefined => {
    form = undefined;
    if (!isWhole && lineStart && FENCE.startsWith(text)) return undefined;
    const isFence = lineStart && text.startsWith(FENCE);
    if (isFence) inFence = !inFence;
    const length = isFence ? FENCE.length : 1;
    say(text.slice(0, length));
    return text.slice(length);
  };

  /** @param news  what came since it was read last. */
  const read = (open: Form, text: string, news: string, isWhole: boolean): string | undefined => {
    if (text.length > MAX_HELD) {
      form = undefined;
      say(text);
      return '';
    }
    closed ||= open.closes.test(news);
    if (!isWhole && (!closed || text.length < readAgainAt)) return undefined;
    closed = false;
    readAgainAt = text.length + (text.length >> 3);
    const reading = open.read(text, isWhole);
    switch (reading.state) {
      case 'incomplete':
        return undefined;
      case 'text':
        form = undefined;
        say(text.slice(0, reading.end));
        return text.slice(reading.end);
      case 'calls':
        form = undefined;
        parts.push({ type: 'calls', calls: reading.calls, text: text.slice(0, reading.end) });
        lineStart = true;
        return text.slice(reading.end);
    }
  };

  const run = (piece: string, isWhole: boolean): readonly TextPart[] => {
    const news = tail + piece;
    tail = news.slice(-OVERLAP);
    let text: string | undefined = held + piece;
    held = '';
    if (form !== undefined) {
      const whole = text;
      text = read(form, whole, news, isWhole);
      held = text === undefined ? whole : '';
    }
    while (text !== undefined && text !== '') {
      const rest = skipWords(text);
      text = rest === '' ? '' : decide(rest, isWhole);
      held = text === undefined ? rest : '';
    }
    const found = parts;
    parts = [];
    return found;
  };

  return {
    push: (piece) => run(piece, false),
    end: (cut) => {
      if (!cut) return run('', true);
      // A call that is complete, and was not read again since.
      readAgainAt = 0;
      const last = run('', false);
      say(held);
      held = '';
      form = undefined;
      return [...last, ...parts];
    },
  };
}
