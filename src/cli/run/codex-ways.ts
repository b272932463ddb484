import type { CodexProvider } from '../../policy/settings.ts';
import type { ModelWish } from './choose-model.ts';

/** What speaks for and against a way.
 *  @property measured  the gateway sees what is spent there.
 *  @property watched   the gateway stands in between: it alone asks whether a local server forwards a model, and limits
 *                      replies.
 *  @property openai    calls may go to OpenAI. @property open  only open models serve there, as far as we name them. */
type WayFacts = {
  readonly measured: boolean;
  readonly watched: boolean;
  readonly openai: boolean;
  readonly open: boolean;
};

const FACTS: Readonly<Record<CodexProvider, WayFacts>> = {
  gateway: { measured: true, watched: true, openai: false, open: true },
  huggingface: { measured: false, watched: false, openai: false, open: true },
  local: { measured: true, watched: false, openai: false, open: true },
  standard: { measured: false, watched: false, openai: true, open: false },
};

/** Ways outside of the gateway that serve what a word behind `--provider` stands for. */
const SERVE: ReadonlyMap<string, readonly CodexProvider[]> = new Map([
  ['openai', ['standard']],
  ['huggingface', ['huggingface']],
  ['local', ['local']],
  ['no-openai', ['huggingface', 'local']],
]);

/** What of the policy, and of what was asked for, a way outside of the gateway must keep by itself, since nobody else would.
 *  @property model, provider  asked for by name: who sends a task to one must not find it sent to another.
 *  @property capped  a spending cap is set. @property listed  `allowed_models` is. @property limited  so is the length of
 *                    replies. */
export type WayPolicy = ModelWish & {
  readonly localOnly: boolean;
  readonly avoidOpenai: boolean;
  readonly openModelsOnly: boolean;
  readonly capped: boolean;
  readonly listed: boolean;
  readonly limited: boolean;
};

/** A way, or why it is out. */
export type WeighedWay = { readonly way: CodexProvider; readonly excluded?: string };

/** The ways in the order in which they are tried. One that was asked for by name stands alone, so that its faults stay
 *  visible; a policy shuts out whatever could break it unseen.
 *  @param asked  `auto` takes the order. */
export function weighWays(
  asked: CodexProvider | 'auto',
  order: readonly CodexProvider[],
  policy: WayPolicy,
): readonly WeighedWay[] {
  const ways = asked === 'auto' ? [...new Set(order)] : [asked];
  return ways.map((way) => {
    const excluded = broken(FACTS[way], policy) ?? elsewhere(way, policy);
    return excluded === undefined ? { way } : { way, excluded };
  });
}

function elsewhere(way: CodexProvider, { model, provider }: ModelWish): string | undefined {
  if (way === 'gateway') return undefined;
  if (model !== undefined) return `${model} was asked for by name, and only the gateway serves it.`;
  if (provider === undefined || SERVE.get(provider.word)?.includes(way) === true) return undefined;
  return `${provider.by} says ${provider.word}, and that does not serve there.`;
}

function broken(facts: WayFacts, policy: WayPolicy): string | undefined {
  if (policy.localOnly && !facts.watched) return 'local_only is set, and only the gateway sees to it.';
  if (policy.limited && !facts.watched) return '--max-output-tokens is set, and only the gateway limits replies.';
  if (policy.avoidOpenai && facts.openai) return 'avoid_openai keeps calls from OpenAI.';
  if (policy.openModelsOnly && !facts.open) return 'open_models_only admits open models alone.';
  if (policy.capped && !facts.measured) return 'a spending cap is set, and nobody would count what is spent there.';
  if (policy.listed && !facts.measured) return 'allowed_models is set, and nobody would hold Codex to it there.';
  return undefined;
}
