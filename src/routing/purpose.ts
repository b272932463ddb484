import type { RouteQuery } from '../ir/query.ts';

/** What a client asks for, as far as it says: Codex does so in headers.
 *  `turn`: a step of the conversation. `title`: a name for it. `compaction`: its summary, so that it gets short again.
 *  `review`: of a change. `guardian`: may this command run? `memory`: what is worth remembering of earlier sessions.
 *  `subagent`: a step of an agent that the conversation started. `prewarm`: nothing yet; a turn will follow. */
export const PURPOSES = [
  'turn',
  'title',
  'compaction',
  'review',
  'guardian',
  'memory',
  'subagent',
  'prewarm',
] as const satisfies readonly string[];

export type Purpose = (typeof PURPOSES)[number];

/** The first that fits: a sub-agent's compaction is a compaction. Names as Codex 0.169.0 gives them. */
const SIGNS: readonly { readonly purpose: Purpose; readonly fits: (query: RouteQuery) => boolean }[] = [
  { purpose: 'compaction', fits: ({ requestKind }) => requestKind === 'compaction' },
  { purpose: 'prewarm', fits: ({ requestKind }) => requestKind === 'prewarm' },
  { purpose: 'title', fits: ({ threadSource }) => threadSource === 'thread_title' },
  {
    purpose: 'memory',
    fits: ({ threadSource, subagent }) =>
      threadSource === 'memory_consolidation' || subagent === 'memory_consolidation',
  },
  {
    purpose: 'guardian',
    fits: ({ threadSource, subagent }) => threadSource === 'guardian_review' || subagent === 'guardian',
  },
  { purpose: 'review', fits: ({ subagent }) => subagent === 'review' },
  { purpose: 'subagent', fits: ({ threadSource, subagent }) => subagent !== undefined || threadSource === 'subagent' },
];

export function purposeOf(query: RouteQuery): Purpose {
  return SIGNS.find(({ fits }) => fits(query))?.purpose ?? 'turn';
}
