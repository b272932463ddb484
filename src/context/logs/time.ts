/** Where a log's lines say when. @property pattern  sticky; ends with its one group, the time. */
export type TimeForm = { readonly pattern: RegExp };

const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const CLOCK = String.raw`\d{1,2}:\d{1,2}:\d{1,2}(?:[.,:]\d{1,9})?`;

/** Times as logs write them, the most particular first. */
const TIMES = [
  // 2024-08-27T06:15:54.123Z, 2015-10-18 18:01:47,978, 2024/08/27 06:15:54
  String.raw`\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[T ]+${CLOCK}(?: ?(?:Z|[+-]\d{2}:?\d{2}))?`,
  // 2005-06-03-15.42.50.363779, 20171223-22:15:29:606
  String.raw`\d{4}-\d{2}-\d{2}-\d{2}\.\d{2}\.\d{2}(?:\.\d+)?`,
  String.raw`\d{8}[-T ]${CLOCK}`,
  // Sun Dec 04 04:47:44 2005, Jun 14 15:16:01
  String.raw`${DAY} ${MONTH} +\d{1,2} ${CLOCK}(?: [A-Z]{3,4})? \d{4}`,
  String.raw`${MONTH} +\d{1,2}(?: \d{4})? ${CLOCK}`,
  // 04/Dec/2005:04:47:44 +0000, 17/06/09 20:10:40, 03-17 16:13:38.811, 10.30 16:49:06
  String.raw`\d{1,2}/${MONTH}/\d{4}:\d{2}:\d{2}:\d{2}(?: [+-]\d{4})?`,
  String.raw`\d{2,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})? ${CLOCK}`,
  // 081109 203615
  String.raw`\d{6} \d{6}(?= )`,
  CLOCK,
  // Seconds or milliseconds since 1970.
  String.raw`1\d{9}(?:\d{3}|\.\d{1,6})?(?![\d\w])`,
] as const;

/** What may stand before it. */
const LEADS = [
  '[[(]?',
  String.raw`\S{1,40} 1\d{9} \d{4}\.\d{2}\.\d{2} \S{1,64} `,
  String.raw`\S{1,64} [[(]?`,
  String.raw`\S{1,64} \S{1,64} (?:- )?[[(]?`,
  String.raw`\S{1,40} \S{1,40} \S{1,40} \S{1,40} [[(]?`,
] as const;

/** Of the lines that must have it, one in so many. */
const LEAST_SHARE = 0.05;
const MOST_FORMS = 3;
/** All forms together must fit this part of the lines, or the text is no log. */
const LOG_SHARE = 0.5;

/** The forms in which a log writes its times, the most frequent first; none if it is no log. */
export function findTimes(sample: readonly string[]): readonly TimeForm[] {
  const forms: TimeForm[] = [];
  // Lines that go on from the one before have no time of their own.
  const lines = sample.filter((line) => !/^(?:\s|Caused by: |\})/u.test(line));
  let left = lines;
  while (forms.length < MOST_FORMS && left.length > 0) {
    const best = bestForm(left);
    if (best === undefined || best.count < LEAST_SHARE * lines.length) break;
    forms.push({ pattern: best.pattern });
    left = left.filter((line) => !matches(best.pattern, line));
  }
  return left.length <= (1 - LOG_SHARE) * lines.length ? forms : [];
}

function bestForm(lines: readonly string[]): { readonly pattern: RegExp; readonly count: number } | undefined {
  let best: { readonly pattern: RegExp; readonly count: number } | undefined;
  for (const lead of LEADS) {
    for (const time of TIMES) {
      const pattern = new RegExp(`${lead}(${time})`, 'uy');
      const count = lines.filter((line) => matches(pattern, line)).length;
      if (count > (best?.count ?? 0)) best = { pattern, count };
    }
    // What stands nearer to the beginning is the time of the line.
    if (best !== undefined && best.count > lines.length / 2) return best;
  }
  return best;
}

function matches(pattern: RegExp, line: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(line);
}
