/** Where split text goes. */
export type ThinkSink = { readonly text: (text: string) => void; readonly reasoning: (text: string) => void };

/** Text as it streams, with what stands between `<think>` and `</think>` told apart.
 *  @property end  gives out what was held back as a possible beginning of a tag. */
export type ThinkTags = {
  readonly push: (text: string, sink: ThinkSink) => void;
  readonly end: (sink: ThinkSink) => void;
};

const OPEN = '<think>';
const CLOSE = '</think>';
/** White space that may stand before the first tag, in characters: more of it is no beginning of a reply. */
const MAX_SPACE = 1_024;

/** Only a tag at the very beginning of a reply counts: text that speaks of such tags, as a coding agent's may, stays text. */
export function thinkTags(): ThinkTags {
  let mode: 'start' | 'thinking' | 'after' | 'text' = 'start';
  let held = '';

  const push = (piece: string, sink: ThinkSink): void => {
    let text = held + piece;
    held = '';
    while (text !== '') {
      switch (mode) {
        case 'start': {
          const trimmed = text.trimStart();
          if (text.length - trimmed.length > MAX_SPACE) mode = 'text';
          else if (trimmed.startsWith(OPEN)) {
            mode = 'thinking';
            text = trimmed.slice(OPEN.length);
          } else if (OPEN.startsWith(trimmed)) {
            held = text;
            return;
          } else mode = 'text';
          break;
        }
        case 'thinking': {
          const { before, after, rest } = cutAtClose(text);
          if (before !== '') sink.reasoning(before);
          held = rest;
          text = after ?? '';
          if (after !== undefined) mode = 'after';
          break;
        }
        case 'after':
          // The line breaks between the tag and the answer belong to neither.
          text = text.trimStart();
          if (text !== '') mode = 'text';
          break;
        case 'text':
          sink.text(text);
          return;
      }
    }
  };
  const end = (sink: ThinkSink): void => {
    if (held === '') return;
    if (mode === 'thinking') sink.reasoning(held);
    else sink.text(held);
    held = '';
  };
  return { push, end };
}

/** @returns `after` where the whole closing tag was found; else `rest`, the tail that may be its beginning. */
function cutAtClose(text: string): { before: string; after?: string; rest: string } {
  const at = text.indexOf(CLOSE);
  if (at !== -1) return { before: text.slice(0, at), after: text.slice(at + CLOSE.length), rest: '' };
  for (let length = Math.min(CLOSE.length - 1, text.length); length > 0; length -= 1) {
    if (text.endsWith(CLOSE.slice(0, length))) return { before: text.slice(0, -length), rest: text.slice(-length) };
  }
  return { before: text, rest: '' };
}
