import type { InferenceEvent } from '../../ir/event.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Message } from '../../ir/request.ts';
import type { Transducer } from '../../wire/transducer.ts';
import { makeSummary } from '../envelope.ts';

/** The extension of a message that stands for an item of the API; a provider that has the whole API gets the item. */
export const ITEM = 'item';

/** What a model is asked for in the place of a `compaction_trigger`, where its provider condenses nothing itself. */
const INSTRUCTION = `Stop the work here and write a summary of this conversation for a model that will go on with it. That model sees the user's messages and your summary, and nothing else of what is above: no tool call, no output, no thought.

Write down, as far as there is such a thing:
- what the user wants, with every constraint and preference that was stated or agreed on;
- what was done, with the files, commands and results that matter, by their exact paths and names;
- what was found out, and what did not work and why;
- where the work stands now, and the next steps in their order;
- exact values that will be needed again: identifiers, numbers, error messages, snippets of code.

Call no tool. Answer with the summary alone.`;

/** What stands before a summary where it takes the place of a conversation. */
const INTRODUCTION =
  'The earlier part of this conversation was condensed. This is its summary, by the model that worked on it:';

/** @param item  the trigger, for a provider that knows it. */
export function triggerMessage(item: JsonObject): Message {
  return {
    role: 'user',
    parts: [{ type: 'text', text: INSTRUCTION }],
    extensions: { 'openai-responses': { [ITEM]: item } },
  };
}

/** A summary of ours in readable words, the same ones each time, so that a provider's cache of them holds. */
export function summaryMessage(summary: string): Message {
  return { role: 'user', parts: [{ type: 'text', text: `${INTRODUCTION}\n\n${summary}` }] };
}

/** A model's summary as exactly one `compaction` item: Codex takes nothing else. What the model thought is left out, and
 *  calls that it made in spite of all are too, with a Loss. The item of a provider that condensed the conversation itself
 *  goes through. */
export function compactReply(): Transducer<InferenceEvent, InferenceEvent> {
  let summary = '';
  let isText = false;
  let calls = 0;
  let isCondensed = false;

  function finished(event: Extract<InferenceEvent, { readonly type: 'finish' }>): readonly InferenceEvent[] {
    if (isCondensed) return [event];
    const text = summary.trim();
    if (event.reason === 'content-filter') return [event];
    if (text === '') return [{ type: 'error', failure: { kind: 'server-error', message: NO_SUMMARY } }];
    const value = { type: 'compaction', encrypted_content: makeSummary(text) };
    return [
      ...(calls === 0 ? [] : [loss(`${calls} tool calls beside the summary are left out.`)]),
      ...(event.reason === 'length' ? [loss('The summary is cut: the model wrote as much as it may.')] : []),
      { type: 'opaque', protocol: 'openai-responses', value },
      { type: 'finish', reason: 'stop' },
    ];
  }

  return {
    push: (event) => {
      switch (event.type) {
        case 'text-start':
          if (summary !== '') summary += '\n\n';
          isText = true;
          return [];
        case 'text-delta':
          if (isText) summary += event.text;
          return [];
        case 'text-end':
          isText = false;
          return [];
        case 'tool-call-start':
          calls += 1;
          return [];
        case 'opaque':
          isCondensed ||= event.value['type'] === 'compaction';
          return isCondensed ? [event] : [];
        case 'response-start':
        case 'usage':
        case 'loss':
        case 'error':
          return [event];
        case 'finish':
          return finished(event);
        default:
          return [];
      }
    },
    end: () => [],
  };
}

const NO_SUMMARY = 'The model wrote no summary of the conversation.';

function loss(why: string): InferenceEvent {
  return { type: 'loss', loss: { path: 'input', why } };
}
