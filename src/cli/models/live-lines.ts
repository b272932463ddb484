import { unreachable } from '../../ir/non-empty.ts';
import { plural, pricePerMillion, tokens } from '../format.ts';
import type { LiveReport } from './live-report.ts';

/** How many new models a provider's line names: the rest is for --json. */
const SHOWN = 5;

/** What the providers said, for a person: a line for each, and one below it for each thing to look at. */
export function liveLines(
  reports: readonly LiveReport[],
): readonly { readonly good: boolean; readonly text: string }[] {
  return reports.flatMap((report) => {
    const { provider, state, why = '', listed, fresh, missing, windows } = report;
    switch (state) {
      case 'refused':
        return [bad(`${provider} refuses the key (${why}). Put a valid one under providers.${provider}.api_key`)];
      case 'silent':
        return [bad(`${provider} does not answer: ${why}`)];
      case 'no-list':
        return [good(`${provider} gives no list of its models (${why})`)];
      case 'listed':
        return [
          good(`${provider} has ${plural(listed, 'model')}${newWords(fresh)}`),
          ...missing.map(({ slug, model }) => bad(`${provider} has no ${model}: the entry ${slug} cannot be served`)),
          ...windows.map(({ slug, here, told }) =>
            bad(`${slug} has a window of ${tokens(told)} there, ${tokens(here)} here: set context_window: ${told}`),
          ),
        ];
      default:
        return unreachable(state);
    }
  });
}

function newWords(fresh: LiveReport['fresh']): string {
  if (fresh.length === 0) return '';
  const named = fresh.slice(0, SHOWN).map(({ id, facts, price }) => {
    const known = [
      ...(facts.contextWindow === undefined ? [] : [tokens(facts.contextWindow)]),
      ...(price === undefined ? [] : [`${pricePerMillion(price.input)}/${pricePerMillion(price.output)}`]),
    ];
    return known.length === 0 ? id : `${id} (${known.join(', ')})`;
  });
  const more = fresh.length > SHOWN ? ` and ${fresh.length - SHOWN} more` : '';
  return `, not configured: ${named.join(', ')}${more}`;
}

const good = (text: string): { readonly good: boolean; readonly text: string } => ({ good: true, text });
const bad = (text: string): { readonly good: boolean; readonly text: string } => ({ good: false, text });
