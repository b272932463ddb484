import type { Policy } from '../simulate.ts';

/** Knows the truth of this moment: who is dead, failing, throttled or slow, how long each server's line is, how fast each
 *  reads. It sends a request where its first token comes soonest, and to those in trouble last. It does not know what
 *  will happen. */
export const oracle: Policy = {
  name: 'oracle',
  begin: ({ deployments }, _random, { timeline, servers }) => ({
    plan: ({ inputTokens }, now) => {
      const expected = deployments.map((one, index) => {
        const episode = timeline.at(index, now);
        const slow = episode?.kind === 'slow' ? episode.severity : 1;
        const { active, waiting, prefillFreeAt } = servers[index]?.load ?? { active: 0, waiting: 0, prefillFreeAt: 0 };
        const reading = (inputTokens / one.prefill) * 1_000 * slow;
        const holding = 200 / (one.decode / 2 / slow);
        const turn = active < one.slots ? 0 : ((waiting + 1) / one.slots) * holding * 1_000;
        const trouble = episode !== undefined && episode.kind !== 'slow' ? 1e9 * (1 + episode.severity) : 0;
        return trouble + Math.max(turn, prefillFreeAt - now) + reading + one.baseMs * slow;
      });
      return expected.map((_, index) => index).toSorted((one, other) => (expected[one] ?? 0) - (expected[other] ?? 0));
    },
    observe: () => {},
  }),
};
