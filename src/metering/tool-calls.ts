import type { InferenceEvent } from '../ir/event.ts';
import { isJsonObject, parseJson } from '../ir/json.ts';
import type { Message } from '../ir/request.ts';
import { isFailedPatch } from '../routing/work/failed-edit.ts';
import type { ToolCallCount } from './ledger.ts';

/** Counts the tool calls of one reply as its events pass. A call that a limit or a failure cut is not counted: that is
 *  not the model's doing. */
export function toolCallCounter(): {
  readonly push: (events: readonly InferenceEvent[]) => void;
  readonly count: () => Pick<ToolCallCount, 'made' | 'malformed'>;
} {
  let made = 0;
  let malformed = 0;
  let isJson = false;
  let pieces: string[] = [];
  return {
    push: (events) => {
      for (const event of events) {
        if (event.type === 'tool-call-start') {
          // A custom tool takes free text, which cannot be malformed.
          isJson = event.kind !== 'custom';
          pieces = [];
        } else if (event.type === 'tool-call-delta') {
          if (isJson) pieces.push(event.input);
        } else if (event.type === 'tool-call-end') {
          made += 1;
          if (isJson && !isArguments(pieces.join(''))) malformed += 1;
          pieces = [];
        }
      }
    },
    count: () => ({ made, malformed }),
  };
}

/** Models leave the text empty for a tool without parameters, which agents take as `{}`. */
function isArguments(text: string): boolean {
  return text.trim() === '' || isJsonObject(parseJson(text));
}

/** Patches that the agent reports as not applied since the model last spoke: the tool results at the end of a request. */
export function failedPatches(messages: readonly Message[]): number {
  const spoke = messages.findLastIndex((message) => message.role === 'assistant');
  let failed = 0;
  for (const message of messages.slice(spoke + 1)) {
    for (const part of message.parts) {
      if (part.type !== 'tool-result') continue;
      if (part.content.some((piece) => piece.type === 'text' && isFailedPatch(piece.text))) failed += 1;
    }
  }
  return failed;
}
