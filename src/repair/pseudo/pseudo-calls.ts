import type { PseudoCallForm } from '../../ir/dialect.ts';
import type { InferenceEvent } from '../../ir/event.ts';
import type { Transducer } from '../../wire/transducer.ts';
import { type CallFinder, callFinder, type TextPart } from './find-calls.ts';
import { type OfferedCall, type OfferedTools, offeredCall } from './offered-call.ts';

/** @property newCallId  unlike any other of the session. */
export type PseudoCallOptions = {
  readonly forms: readonly PseudoCallForm[];
  readonly tools: OfferedTools;
  readonly newCallId: () => string;
};

type TextStart = Extract<InferenceEvent, { type: 'text-start' }>;

/** Calls that a model wrote into its text become calls, each told as a loss: those of offered tools, in the forms that its
 *  dialect knows. All other text stays as it is, and streams. */
export function pseudoCalls(options: PseudoCallOptions): Transducer<InferenceEvent, InferenceEvent> {
  let finder: CallFinder | undefined;
  /** The start of the text, which goes out with its first word. */
  let start: TextStart = { type: 'text-start' };
  let isOpen = false;
  /** White space before the first word: no message of its own. */
  let lead = '';
  let called = false;

  const words = (text: string): readonly InferenceEvent[] => {
    if (isOpen) return [{ type: 'text-delta', text }];
    lead += text;
    if (lead.trim() === '') return [];
    isOpen = true;
    return [start, { type: 'text-delta', text: lead }];
  };

  const closed = (): readonly InferenceEvent[] => {
    if (!isOpen) return [];
    isOpen = false;
    lead = '';
    return [{ type: 'text-end' }];
  };

  const events = (part: TextPart): readonly InferenceEvent[] => {
    if (part.type === 'text') return words(part.text);
    const calls = part.calls.map((written) => offeredCall(written, options.tools));
    const offered = calls.filter((call) => call !== undefined);
    if (offered.length < calls.length) return words(part.text);
    called = true;
    lead = '';
    return [...closed(), ...offered.flatMap(callEvents)];
  };

  const callEvents = ({ tool, input }: OfferedCall): readonly InferenceEvent[] => [
    {
      type: 'loss',
      loss: {
        path: `tool_calls.${tool.name.name}`,
        why: 'The model wrote this call into its text; it was made a call.',
      },
    },
    { type: 'tool-call-start', callId: options.newCallId(), kind: tool.kind, name: tool.name },
    { type: 'tool-call-delta', input },
    { type: 'tool-call-end' },
  ];

  return {
    push: (event) => {
      switch (event.type) {
        case 'text-start':
          finder = callFinder(options.forms);
          start = event;
          isOpen = false;
          lead = '';
          return [];
        case 'text-delta': {
          if (finder === undefined) return [event];
          const parts = finder.push(event.text);
          const [only] = parts;
          const isSame = isOpen && parts.length === 1 && only?.type === 'text' && only.text === event.text;
          return isSame ? [event] : parts.flatMap(events);
        }
        case 'text-end': {
          const last = finder?.end(false).flatMap(events) ?? [];
          finder = undefined;
          return [...last, ...closed()];
        }
        case 'finish':
        case 'error': {
          const cut = finder?.end(true).flatMap(events) ?? [];
          finder = undefined;
          const isCall = event.type === 'finish' && event.reason === 'stop' && called;
          return [...cut, isCall ? { type: 'finish', reason: 'tool-calls' } : event];
        }
        default:
          return [event];
      }
    },
    end: () => [],
  };
}
