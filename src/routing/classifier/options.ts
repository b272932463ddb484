/** A question and the answers it offers. @property stem  the text before the first of them. */
export type OptionedText = { readonly stem: string; readonly options: readonly string[] };

const OPTION = /^[ \t]{0,40}\(?([A-J])[.)]\s+/u;
const ASKS_FOR_ANSWER = /^\s*answer:?\s*$/iu;

/** Lines that begin with A, B, C and so on are offered answers, where there are two at least. */
export function optionsOf(text: string): OptionedText {
  const stem: string[] = [];
  const options: string[] = [];
  for (const line of text.split('\n')) {
    const letter = OPTION.exec(line);
    if (letter?.[1]?.charCodeAt(0) === 65 + options.length) {
      options.push(line.slice(letter[0].length));
    } else if (options.length === 0) {
      stem.push(line);
    } else if (!ASKS_FOR_ANSWER.test(line)) {
      options[options.length - 1] += `\n${line}`;
    }
  }
  return options.length < 2 ? { stem: text, options: [] } : { stem: stem.join('\n'), options };
}
