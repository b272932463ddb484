import { candidateTable } from '../candidate-table.ts';
import { DONE, FAILED } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { explanationOf, type FoundExplanation } from '../explanation.ts';
import { tokens } from '../format.ts';
import { type Io, line, printJson, section } from '../io.ts';
import { reasonLines } from '../reason-lines.ts';

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

function show(explained: FoundExplanation, { out, columns }: Io): void {
  const { asked, route, purpose, inputTokens, problem, candidates, why, policy, by } = explained;
  line(
    out,
    `asked for   ${asked === '' ? 'no model: there is no default yet' : asked}${route === asked ? '' : `, which falls to ${route}`}`,
  );
  line(out, `request     a ${purpose} that begins a session, about ${tokens(inputTokens)} tokens in`);
  line(out, `planned by  ${BY[by]}`);
  for (const words of policy) line(out, `policy      ${words}`);
  if (problem !== undefined) line(out, out.paint('red', `problem     ${problem}`));
  if (candidates.length > 0) out.write(`\n${candidateTable(candidates, columns)}`);
  if (candidates.some(({ costNanoUsd }) => costNanoUsd !== undefined)) {
    line(out, 'The cost is an estimate of one reply from an empty cache. No model was called.');
  }
  section({ out }, 'why', reasonLines(why));
}

const BY = {
  gateway: 'the running gateway, with what it knows of its deployments',
  configuration: 'the configuration alone: no gateway runs, so nothing is known of speed, errors and limits',
} as const satisfies Record<FoundExplanation['by'], string>;
