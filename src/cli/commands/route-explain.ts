import type { Candidate } from '../../routing/explain.ts';
import { DONE, FAILED } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { explanationOf, type FoundExplanation } from '../explanation.ts';
import { money, tokens, UNKNOWN } from '../format.ts';
import { type Io, line, printJson, section } from '../io.ts';
import { chanceText, decisive, reasonLines, scoreText } from '../reason-lines.ts';
import { type Column, table } from '../table.ts';

/** @property model  a slug; left out: the default. */
export type RouteExplainOptions = { readonly json: boolean; readonly model?: string };

/** Which model a first prompt would get and why: every candidate with its score or the rule that shut it out. Nothing is
 *  called. Exit status 1 where nothing could serve it. */
export async function routeExplain(
  prompt: string,
  options: RouteExplainOptions,
  context: CommandContext,
): Promise<number> {
  const explained = await explanationOf(prompt, options.model, context);
  if (options.json) printJson(context.io, explained);
  else show(explained, context.io);
  return explained.problem === undefined ? DONE : FAILED;
}

const HEAD: readonly Column[] = [
  { title: '', right: true },
  { title: 'CANDIDATE' },
  { title: 'PROVIDER/MODEL' },
  { title: 'WINDOW', right: true },
  { title: 'ABOUT', right: true },
  { title: 'SCORE', right: true },
  { title: 'CHANCE', right: true },
  { title: 'WHY' },
];

function show(explained: FoundExplanation, { out, columns }: Io): void {
  const { asked, route, purpose, inputTokens, problem, candidates, why, policy, by } = explained;
  line(out, `asked for   ${asked}${route === asked ? '' : `, which falls to ${route}`}`);
  line(out, `request     a ${purpose} that begins a session, about ${tokens(inputTokens)} tokens in`);
  line(out, `planned by  ${BY[by]}`);
  for (const words of policy) line(out, `policy      ${words}`);
  if (problem !== undefined) line(out, out.paint('red', `problem     ${problem}`));
  if (candidates.length > 0) out.write(`\n${table(HEAD, candidates.map(cellsOf), columns)}`);
  if (candidates.some(({ costNanoUsd }) => costNanoUsd !== undefined)) {
    line(out, 'The cost is an estimate of one reply from an empty cache. No model was called.');
  }
  section({ out }, 'why', reasonLines(why));
}

const BY = {
  gateway: 'the running gateway, with what it knows of its deployments',
  configuration: 'the configuration alone: no gateway runs, so nothing is known of speed, errors and limits',
} as const satisfies Record<FoundExplanation['by'], string>;

function cellsOf(candidate: Candidate): readonly string[] {
  const { slug, place, provider, model, contextWindow, why } = candidate;
  const weighed = why.find(({ score, chance }) => score !== undefined || chance !== undefined);
  const reason = decisive(why);
  return [
    place === undefined ? UNKNOWN : String(place),
    slug,
    provider === undefined ? UNKNOWN : `${provider}/${model ?? ''}`,
    contextWindow === undefined ? '?' : tokens(contextWindow),
    costText(candidate),
    scoreText(weighed?.score),
    chanceText(weighed?.chance),
    reason === undefined ? '' : `${reason.rule === undefined ? '' : `${reason.rule}: `}${reason.text}`,
  ];
}

function costText({ provider, costNanoUsd, local }: Candidate): string {
  if (provider === undefined) return UNKNOWN;
  return local ? 'local' : money(costNanoUsd);
}
