import type { Model, Repairs } from './provider.ts';

const ALL: Repairs = { arguments: true, pseudoCalls: true, repetition: true };

/** All repairs but those that the user switched off, at the model over at its provider over for all. */
export function repairsFor({ provider, repairs }: Pick<Model, 'provider' | 'repairs'>): Repairs {
  return { ...ALL, ...provider.repairs, ...repairs };
}
