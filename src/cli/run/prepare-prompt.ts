import { compressText, type TextKind } from '../../context/logs/compress.ts';
import { withoutControls } from '../../context/prompt/characters.ts';
import { cleanPrompt, type Removal } from '../../context/prompt.ts';

/** @property text        what Codex is given.
 *  @property removed     what the clean-up took out. @property compressed  what was folded, part by part. */
export type PreparedPrompt = {
  readonly text: string;
  readonly removed: readonly Removal[];
  readonly compressed: readonly CompressedPart[];
};

export type CompressedPart = { readonly kind: TextKind; readonly characters: number; readonly savedCharacters: number };

/** @property piped  what came on standard input beside the prompt.
 *  @property clean, compress  what is to be done. */
export type PromptParts = {
  readonly prompt: string;
  readonly piped?: string;
  readonly clean: boolean;
  readonly compress: boolean;
};

/** The prompt as it goes to Codex: cleaned, what it quotes folded, and behind it what was piped in, without escapes
 *  and control characters, under the mark that Codex itself gives it. */
export function preparePrompt({ prompt, piped, clean, compress }: PromptParts): PreparedPrompt {
  const compressed: CompressedPart[] = [];
  const fold = (text: string): string => {
    if (!compress) return text;
    const { text: shorter, kind, savedCharacters } = compressText(text);
    if (savedCharacters > 0) compressed.push({ kind, characters: text.length, savedCharacters });
    return shorter;
  };
  const { text, removed } = clean ? cleanPrompt(prompt) : { text: prompt, removed: [] };
  const parts = partsOf(text).map((part) => (part.fenced ? fencedBy(part, fold) : fold(part.text)));
  if (piped === undefined || piped === '') return { text: parts.join(''), removed, compressed };
  const quoted = clean ? withoutControls(piped) : { text: piped, removed: [] };
  const behind = `\n\n<stdin>\n${fold(quoted.text).trimEnd()}\n</stdin>`;
  return { text: parts.join('') + behind, removed: [...removed, ...quoted.removed], compressed };
}

type PromptPart =
  | { readonly fenced: false; readonly text: string }
  | { readonly fenced: true; readonly opening: string; readonly text: string; readonly closing: string };

/** Code blocks, whose lines of backticks or tildes stay, and what stands between them. */
const FENCED = /^([ ]{0,3}(`{3,}|~{3,})[^\n]*\n)([\s\S]*?)(^[ ]{0,3}\2[`~]*[ \t]*$)/gmu;

function partsOf(text: string): readonly PromptPart[] {
  const parts: PromptPart[] = [];
  let from = 0;
  for (const match of text.matchAll(FENCED)) {
    if (match.index > from) parts.push({ fenced: false, text: text.slice(from, match.index) });
    parts.push({ fenced: true, opening: match[1] ?? '', text: match[3] ?? '', closing: match[4] ?? '' });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ fenced: false, text: text.slice(from) });
  return parts;
}

function fencedBy({ opening, text, closing }: PromptPart & { fenced: true }, fold: (text: string) => string): string {
  const inside = fold(text);
  return `${opening}${inside}${inside === '' || inside.endsWith('\n') ? '' : '\n'}${closing}`;
}
