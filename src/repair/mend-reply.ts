import type { InferenceEvent } from '../ir/event.ts';
import type { ToolDefinition } from '../ir/request.ts';
import { endedThrough, type Transducer, withSteps } from '../wire/transducer.ts';
import { mendCalls } from './mend-calls.ts';
import { oneCall } from './one-call.ts';
import { type PseudoCallOptions, pseudoCalls } from './pseudo/pseudo-calls.ts';
import { stopEqualCalls } from './stop-equal-calls.ts';
import { stopRepetition } from './stop-repetition.ts';
import { stopTexts } from './stop-texts.ts';
import { toolSchemas } from './tool-schemas.ts';

/** What one translated reply is put right with. Holds names and shared schemas of the request's tools, not the request. */
export type ReplyMender = {
  readonly stream: <In>(decoder: Transducer<In, InferenceEvent>) => Transducer<In, InferenceEvent>;
  readonly whole: (events: readonly InferenceEvent[]) => readonly InferenceEvent[];
};

/** @property arguments   put arguments right.
 *  @property pseudo      make calls of those that the model writes into its text.
 *  @property stops       the client's texts at which the reply is to end, none of them empty.
 *  @property oneCall     let the first of several calls pass.
 *  @property repetition  stop a reply that repeats itself without end. */
export type MendOptions = {
  readonly tools: readonly ToolDefinition[];
  readonly arguments: boolean;
  readonly pseudo?: PseudoCallOptions | undefined;
  readonly stops: readonly string[];
  readonly oneCall: boolean;
  readonly repetition: boolean;
};

type Step = Transducer<InferenceEvent, InferenceEvent>;

export function replyMender(options: MendOptions): ReplyMender {
  const schemas = options.arguments ? toolSchemas(options.tools) : undefined;
  const { pseudo } = options;
  const steps = (): readonly Step[] => [
    // First, so that an endless text is not held as the beginning of a call, or as arguments that may be rewritten.
    ...(options.repetition ? [stopRepetition()] : []),
    ...(pseudo === undefined ? [] : [pseudoCalls(pseudo)]),
    ...(schemas === undefined ? [] : [mendCalls(schemas)]),
    ...(options.oneCall ? [oneCall()] : []),
    ...(options.stops.length === 0 ? [] : [stopTexts(options.stops)]),
    ...(options.repetition ? [stopEqualCalls()] : []),
  ];
  return {
    stream: (decoder) => withSteps(decoder, steps()),
    whole: (events) => endedThrough(events, steps()),
  };
}
