import type { InferenceEvent } from '../ir/event.ts';
import type { Transducer } from '../wire/transducer.ts';

const NONE: readonly InferenceEvent[] = [];

/** Ends a reply where its text comes to one of the texts at which the client wants it to end: for providers that take no
 *  such list, only a part of it, or forget it. What follows is dropped, its usage aside. No more is held than may be the
 *  beginning of such a text.
 *  @param stops  none of them empty. */
export function stopTexts(stops: readonly string[]): Transducer<InferenceEvent, InferenceEvent> {
  const longest = stops.reduce((most, stop) => Math.max(most, stop.length), 0);
  let held = '';
  let found: string | undefined;

  const read = (piece: string): readonly InferenceEvent[] => {
    const text = held + piece;
    held = '';
    const first = firstOf(stops, text);
    if (first !== undefined) {
      found = first.stop;
      return [...delta(text.slice(0, first.at)), { type: 'text-end' }];
    }
    const keep = beginning(stops, text, longest);
    held = keep === 0 ? '' : text.slice(-keep);
    return keep === 0 && text === piece ? delta(piece) : delta(text.slice(0, text.length - keep));
  };

  const release = (): readonly InferenceEvent[] => {
    const rest = held;
    held = '';
    return delta(rest);
  };

  const ended = (stopSequence: string): readonly InferenceEvent[] => [{ type: 'finish', reason: 'stop', stopSequence }];

  return {
    push: (event) => {
      if (found !== undefined) {
        if (event.type === 'usage' || event.type === 'loss') return [event];
        return event.type === 'finish' || event.type === 'error' ? ended(found) : NONE;
      }
      if (event.type === 'text-delta') return read(event.text);
      return held === '' ? [event] : [...release(), event];
    },
    end: () => release(),
  };
}

function delta(text: string): readonly InferenceEvent[] {
  return text === '' ? NONE : [{ type: 'text-delta', text }];
}

/** The one that is complete first, as a provider would see it while it writes; of several the longest. */
function firstOf(stops: readonly string[], text: string): { readonly at: number; readonly stop: string } | undefined {
  const found = stops.map((stop) => ({ at: text.indexOf(stop), stop })).filter(({ at }) => at !== -1);
  const end = (one: { readonly at: number; readonly stop: string }): number => one.at + one.stop.length;
  return found.sort((one, other) => end(one) - end(other) || one.at - other.at)[0];
}

/** How many of the last characters may be the beginning of a stop text. */
function beginning(stops: readonly string[], text: string, longest: number): number {
  for (let length = Math.min(longest - 1, text.length); length > 0; length -= 1) {
    const tail = text.slice(-length);
    if (stops.some((stop) => stop.startsWith(tail))) return length;
  }
  return 0;
}
