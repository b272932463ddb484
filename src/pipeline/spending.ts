import { estimateTokens } from '../context/estimate.ts';
import type { InferenceEvent } from '../ir/event.ts';
import type { Usage } from '../ir/usage.ts';
import type { Lease } from '../policy/admission.ts';
import type { Model } from '../providers/provider.ts';
import type { ReplySink } from '../upstream/call.ts';

/** A running reply and its limits of cost.
 *  @property sink    the reply on its way: where a limit is reached the call is given up, and the reply ends with words.
 *  @property untold  nano-USD, by estimate, of what the provider has not told: all of a reply that it did not count, and of
 *                    one that broke what came after it had. @param left  the model that the client no longer waited for:
 *                    its provider counts the prompt. */
export type Spending = {
  readonly sink: <S extends ReplySink>(inner: S) => S;
  readonly untold: (left?: Model) => number;
};

/** @property price  of one call, in nano-USD. @property spent  for this request before, and by what is over.
 *  @property stop   gives the upstream call up. */
export type SpendingParts = {
  readonly price: (model: Model, usage: Usage) => number | undefined;
  readonly spent: () => number;
  readonly stop: () => void;
};

/** Costs nothing where there is no limit. */
export function watchSpending(lease: Lease, { price, spent, stop }: SpendingParts): Spending {
  if (!lease.limited) return { sink: (inner) => inner, untold: () => 0 };
  let model: Model | undefined;
  let outputTokens = 0;
  let usage: Usage | undefined;
  let stopped = false;
  let finished = false;

  /** A provider may tell of the prompt first and of the reply at the end. */
  function running(left?: Model): number {
    const called = model ?? left;
    if (called === undefined) return 0;
    const told = usage === undefined ? undefined : { ...usage, output: Math.max(usage.output, outputTokens) };
    return (told === undefined ? undefined : price(called, told)) ?? lease.expects(called, outputTokens);
  }

  function hear(events: readonly InferenceEvent[]): void {
    for (const event of events) {
      if (event.type === 'usage') usage = event.usage;
      else if (event.type === 'finish') finished = true;
      else outputTokens += estimateTokens(textOf(event));
    }
  }

  function untold(left?: Model): number {
    if (usage === undefined) return running(left);
    const told = finished || model === undefined ? undefined : price(model, usage);
    return told === undefined ? 0 : Math.max(0, running() - told);
  }

  /** The end of a call that was given up is told as what it was. */
  function explained(events: readonly InferenceEvent[]): readonly InferenceEvent[] {
    if (!stopped) return events;
    return events.map((event) => (event.type === 'error' ? { ...event, failure: lease.overrun() } : event));
  }

  return {
    untold,
    sink: (inner) => ({
      ...inner,
      commit: (target, attempts, bytes) => {
        model = target.model;
        inner.commit(target, attempts, bytes);
      },
      chunk: (bytes, events, resume) => {
        hear(events);
        const room = inner.chunk(bytes, explained(events), resume);
        const isOver = events.some(({ type }) => type === 'finish' || type === 'error');
        if (!stopped && !isOver && !lease.covers(spent() + running())) {
          stopped = true;
          stop();
        }
        return room;
      },
    }),
  };
}

/** What a model wrote, in words or arguments. */
export function textOf(event: InferenceEvent): string {
  switch (event.type) {
    case 'text-delta':
    case 'refusal-delta':
    case 'reasoning-delta':
      return event.text;
    case 'tool-call-delta':
      return event.input;
    default:
      return '';
  }
}
