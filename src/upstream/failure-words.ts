import type { Failure, FailureKind } from '../ir/failure.ts';
import type { Headers } from '../protocols/protocol.ts';
import type { Provider, Target } from '../providers/provider.ts';
import { redact } from './redact.ts';

/** The longest text of a provider that is passed on, in characters. */
const MAX_WORDS = 2_000;

/** What mends a failure of each kind, where the gateway knows it. */
const MENDS: { readonly [K in FailureKind]?: (target: Target) => string } = {
  auth: ({ model }) => keyMend(model.provider),
  permission: ({ model }) => `Check that the key may use ${model.upstreamId}, or choose another model.`,
  quota: ({ model }) => `Add credit at ${model.provider.name}, or choose another model.`,
  'rate-limited': () => 'Wait, or name a fallback for this model under `routes` in config.yaml.',
  overloaded: () => 'Try again later, or name a fallback for this model under `routes` in config.yaml.',
  timeout: () => 'Raise `timeouts` at the provider in config.yaml if it needs longer.',
  'model-not-found': ({ model }) =>
    model.provider.local
      ? `Load ${model.upstreamId} there first, or run: plugboard models --live`
      : 'See what the provider offers: plugboard models --live',
};

/** A failure as the person at the agent's prompt reads it: what was said, by whom, and what mends it; secrets taken out.
 *  @returns `<words> (provider ID, model ID)`, with `provider`, `model` and `mend` filled in. */
export function explained(failure: Failure, target: Target, clientHeaders: Headers): Failure {
  if (failure.kind === 'cancelled') return failure;
  const { provider, upstreamId } = target.model;
  const said = redact(failure.message.trim(), target, clientHeaders);
  const words = said.length > MAX_WORDS ? `${said.slice(0, MAX_WORDS)}…` : said;
  const mend = failure.mend ?? MENDS[failure.kind]?.(target);
  return {
    ...failure,
    message: `${words} (provider ${provider.id}, model ${upstreamId})`,
    provider: provider.id,
    model: upstreamId,
    ...(mend === undefined ? {} : { mend: redact(mend, target, clientHeaders) }),
  };
}

function keyMend(provider: Provider): string {
  if (provider.auth.type === 'passthrough') return 'Run: codex login';
  const [variable] = provider.keyVariables ?? [];
  return variable === undefined
    ? `Correct \`api_key\` of the provider ${provider.id} in config.yaml.`
    : `Set ${variable} to a valid key, in the environment or in the gateway's .env file, and run: plugboard restart`;
}
