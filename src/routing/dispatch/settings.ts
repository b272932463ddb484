/** What a user says of dispatch: the section `dispatch` of config.yaml.
 *  @property temperature  of the choice between candidates: 0 takes the best alone.
 *  @property weights      of the terms of a candidate's score; 0 leaves a term out. */
export type DispatchSettings = {
  readonly temperature: number;
  readonly weights: Weights;
  readonly cooldown: Cooldown;
};

export type Term = 'cost' | 'ttft' | 'latency' | 'tokensPerSecond' | 'errors' | 'tokenPressure' | 'queue';
export type Weights = Readonly<Record<Term, number>>;

/** How long a key or a model is left alone after it was refused, where the provider does not say. */
export type Cooldown = { readonly rateLimitedMs: number; readonly authMs: number; readonly notFoundMs: number };

export const DEFAULT_DISPATCH: DispatchSettings = {
  temperature: 0.2,
  weights: { cost: 1, ttft: 1, latency: 1, tokensPerSecond: 1, errors: 1, tokenPressure: 1, queue: 1 },
  cooldown: { rateLimitedMs: 300_000, authMs: 3_600_000, notFoundMs: 1_800_000 },
};
