import type { Usage } from '../ir/usage.ts';
import { type CacheBreak, type CacheCause, cachedShare } from '../metering/cache-break.ts';
import type { CacheBreakSum } from '../metering/ledger.ts';
import { duration, money, plural, tokens } from './format.ts';

/** `9000 (90 %)`: what came from a prompt cache, and its share of the input. */
export function cachedText(usage: Usage): string {
  const share = cachedShare(usage);
  return share === undefined ? tokens(usage.cacheRead) : `${tokens(usage.cacheRead)} (${percent(share)})`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Why a session's cache was not found and what that cost, a sentence each. */
export function cacheBreakText(broken: CacheBreak): string {
  const { lostTokens: lost, lostNanoUsd: cost } = broken;
  if (lost === 0) return `${causeText(broken)} No token that was cached is paid anew.`;
  const price = cost === undefined ? '' : `, ${money(cost)} more than from the cache`;
  return `${causeText(broken)} ${tokens(lost)} tokens that were cached are paid anew${price}.`;
}

/** `2 requests did not find their session's cache: 11k tokens were paid anew, $0.05 more than from the cache.` */
export function cacheBreakSumText({ requests, lostTokens: lost, lostNanoUsd: cost }: CacheBreakSum): string {
  const price = cost === 0 ? '' : `, ${money(cost)} more than from the cache`;
  return `${plural(requests, 'request')} did not find the cache of the session: ${tokens(lost)} tokens were paid anew${price}.`;
}

function causeText(cause: CacheCause): string {
  switch (cause.cause) {
    case 'moved':
      return `The session was served by ${cause.from} before, ${MOVED[cause.why]}.`;
    case 'cold':
      return `The session rested for ${duration(cause.idleMs)}, longer than the provider keeps a cache.`;
    case 'changed': {
      const where = cause.member === undefined ? '' : `, then \`${cause.member}\` is another`;
      return `The request does not begin with the one before it: prefix kept ${cause.kept} of ${plural(cause.of, 'character')}${where}.`;
    }
    case 'evicted':
      return `The provider had forgotten it: prefix kept ${cause.of} of ${plural(cause.of, 'character')}.`;
    case 'unknown':
      return 'There is no earlier request in the same form to compare it with.';
  }
}

const MOVED = {
  failed: 'which failed this time',
  gone: 'which is no longer there',
  cold: 'whose cache was cold, so that the order of the route holds again',
} as const;
