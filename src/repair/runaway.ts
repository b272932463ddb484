import type { InferenceEvent } from '../ir/event.ts';

/** What is told in the place of a reply that would not end by itself. @param what  it did over and over, in words that
 *  hold nothing of it. */
export function runaway(what: string): InferenceEvent {
  return {
    type: 'error',
    failure: {
      kind: 'runaway',
      message: `The model wrote ${what} over and over and was stopped.`,
      mend: 'Ask again in other words, or choose another model. To let such replies pass: `repair: { repetition: false }` in config.yaml.',
    },
  };
}
