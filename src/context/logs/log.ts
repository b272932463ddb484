import { estimateTokens } from '../estimate.ts';
import { COLUMN, chooseLists, FAILURE, OTHER } from './choose-lists.ts';
import { findColumns } from './columns.ts';
import { dictionaryText, findDictionary } from './dictionary.ts';
import { framed } from './frame.ts';
import { sample } from './kind.ts';
import { MARK } from './mark.ts';
import { mergeNames, RARE } from './merge.ts';
import { type Mined, mine, type Template } from './miner.ts';
import {
  changing,
  isPattern,
  listLine,
  messageLines,
  patternLines,
  rareLines,
  sameLines,
  type Telling,
} from './pattern-text.ts';
import { findTimes } from './time.ts';
import { commonTime } from './times-told.ts';

/** The part of the log's tokens that is aimed at: lists of values are told word by word as far as it lets them. What must
 *  be told is told all the same. */
const WORDS_SHARE = 0.075;
/** The same for lists in which every value can be found, if not word by word. */
const WHOLE_SHARE = 0.15;
/** However long the log is, in tokens. */
const MOST_TOKENS = 40_000;
/** The part of the first that the messages of failures may take. */
const MESSAGES_SHARE = 0.3;
const FEW_MESSAGES = 3;
/** Tokens of what stands around a pattern: how often, and when. */
const PER_GROUP = 25;

/** A log by its patterns, each where its first line stood. */
export function compressLog(text: string): string {
  const found = mine(text, findTimes(sample(text)));
  if (found === undefined || isTable(found)) return text;
  const { templates: mined, lineCount } = found;
  const templates = mergeNames(mined).map((template) => (template.count > RARE ? framed(template) : template));
  const groups = templates.filter(({ count }) => count > RARE);
  const columns = findColumns(groups);
  const common = commonTime(groups);
  const tokens = estimateTokens(text);
  const words = Math.min(MOST_TOKENS, WORDS_SHARE * tokens);

  const spoken = spokenFailures(groups, common, MESSAGES_SHARE * words);
  const patterns = groups.filter((group) => !spoken.has(group) && isPattern(group));
  const wanted = [
    ...columns.all.map(({ values }) => ({ values, rank: COLUMN })),
    ...patterns.flatMap((group) =>
      changing(group, columns).map((values) => ({ values, rank: group.failure ? FAILURE : OTHER })),
    ),
  ];
  const dictionary = findDictionary(wanted.map(({ values }) => values));
  const fixed =
    templates.reduce((sum, template) => sum + fixedTokens(template, spoken, common), 0) +
    estimateTokens(dictionaryText(dictionary));
  const whole = Math.min(MOST_TOKENS, WHOLE_SHARE * tokens);
  const lists = chooseLists(wanted, dictionary, whole - fixed, words - fixed);

  const telling: Telling = { common, columns, lists };
  const out = [header(lineCount, common), ...templates.flatMap((template) => linesOf(template, spoken, telling))];
  const shared = columns.all.map(({ name, values }) => listLine(name, lists.get(values)));
  if (shared.length > 0) out.push('[Parts that several patterns share]', ...shared);
  if (dictionary.values.length > 0) out.push(`[Values by number] ${dictionaryText(dictionary)}`);
  return `${out.join('\n')}\n`;
}

/** Lines without words, or with columns instead, are data: what stands together in each of them is the point. */
function isTable({ templates, lineCount }: Mined): boolean {
  const rows = templates.filter(({ fixed, lines, values }) => {
    const words = fixed.join('');
    const bare = values.length > 0 && !/\p{L}{2}/u.test(words);
    return bare || (!words.includes(' ') && (lines[0]?.match(/[,;\t]/gu)?.length ?? 0) >= LEAST_COLUMNS);
  });
  return rows.reduce((sum, { count }) => sum + count, 0) > MOST_ROWS * lineCount;
}
const MOST_ROWS = 0.5;
const LEAST_COLUMNS = 3;

function header(lineCount: number, common: string): string {
  const times = common === '' ? '' : ` after "${common}"`;
  return (
    `${MARK}a log of ${lineCount} lines. What follows is word by word, but for patterns: "×N first..last | pattern" are N ` +
    `lines between these times${times} (L: line numbers) that differ only in their time and in <1>, <2>...; the values of ` +
    'these follow (v×n: n times; a..b: all numbers between; +n: as many more; #n: see the end). <A>, <B>... are listed at ' +
    'the end.]'
  );
}

function linesOf(template: Template, spoken: ReadonlySet<Template>, telling: Telling): readonly string[] {
  if (template.count <= RARE) return rareLines(template);
  if (!isPattern(template)) return sameLines(template, telling);
  return spoken.has(template) ? messageLines(template, telling) : patternLines(template, telling);
}

/** Tokens of a template without its lists. */
function fixedTokens(template: Template, spoken: ReadonlySet<Template>, common: string): number {
  const { count, fixed, failure, lines } = template;
  if (count <= RARE) return estimateTokens(lines.join('\n'));
  if (spoken.has(template)) return messageTokens(template, common);
  return PER_GROUP + estimateTokens(fixed.join('<1>')) + (failure ? estimateTokens(lines[0] ?? '') : 0);
}

/** Failures whose messages are few enough to be told word by word, the shortest lists first. */
function spokenFailures(groups: readonly Template[], common: string, budget: number): ReadonlySet<Template> {
  const spoken = new Set<Template>();
  let left = budget;
  const costs = groups
    .filter(({ messages }) => messages !== undefined)
    .map((group) => ({ group, tokens: messageTokens(group, common) }))
    .sort((one, other) => one.tokens - other.tokens);
  for (const { group, tokens } of costs) {
    if (tokens > left && (group.messages?.size ?? 0) > FEW_MESSAGES) continue;
    left -= tokens;
    spoken.add(group);
  }
  return spoken;
}

function messageTokens(group: Template, common: string): number {
  return estimateTokens(messageLines(group, { common }).join('\n'));
}
