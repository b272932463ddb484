import { append } from '../../ir/append.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import type { InferenceRequest, Message } from '../../ir/request.ts';
import { CONTINUE, pairToolResults } from '../conversation.ts';
import type { EgressTarget } from '../protocol.ts';
import type { ToolNames } from '../tool-names.ts';
import { encodeModelParts } from './encode-model-parts.ts';
import { encodeToolResults } from './encode-tool-results.ts';
import { encodeUserParts } from './encode-user-parts.ts';
import type { Encoding } from './encoding.ts';
import { type Content, type Part, partJson } from './schema.ts';

export type EncodedContents = { readonly system: readonly string[]; readonly contents: readonly JsonObject[] };

/** The conversation as turns of user and model. Instructions before the first turn become `systemInstruction`; later
 *  ones stay in their place as marked user text, so that the cached prefix stays. Function responses are a turn of their
 *  own behind that of their calls. */
export function encodeContents(
  request: Pick<InferenceRequest, 'messages'>,
  names: ToolNames,
  target: EgressTarget,
  losses: Loss[],
): EncodedContents {
  const paired = pairToolResults(request.messages);
  append(losses, paired.losses);
  const system: string[] = [];
  const turns = turnBuilder();
  let calls: Message | undefined;
  for (const [at, message] of paired.value.entries()) {
    const encoding: Encoding = { names, target, path: `messages[${at}]`, losses };
    switch (message.role) {
      case 'system':
      case 'developer': {
        const texts = instructionTexts(message, encoding);
        if (turns.isEmpty()) append(system, texts);
        else turns.add('user', texts.map(marked));
        break;
      }
      case 'user':
        turns.add('user', encodeUserParts(message.parts, encoding));
        break;
      case 'assistant':
        calls = message;
        turns.add('model', encodeModelParts(message, encoding));
        break;
      case 'tool':
        turns.addWhole('user', encodeToolResults(message, calls, encoding));
        break;
    }
  }
  return {
    system,
    contents: turns.finish(losses).map(({ role, parts }) => ({ role, parts: parts.map(partJson) })),
  };
}

function instructionTexts(message: Message, { path, losses }: Encoding): readonly string[] {
  return message.parts.flatMap((part) => {
    if (part.type === 'text') return /\S/.test(part.text) ? [part.text] : [];
    losses.push({ path, why: `Instructions hold text only; a part of type ${part.type} was left out.` });
    return [];
  });
}

function marked(text: string): Part {
  return { kind: 'text', text: `<developer_message>\n${text}\n</developer_message>` };
}

type TurnBuilder = {
  readonly add: (role: Content['role'], parts: readonly Part[]) => void;
  readonly addWhole: (role: Content['role'], parts: readonly Part[]) => void;
  readonly isEmpty: () => boolean;
  readonly finish: (losses: Loss[]) => readonly Content[];
};

/** Adjacent turns of one role are one, but for function responses. The first turn and the last are the user's: a history
 *  that was cut after a finished message, or that begins with the model, is refused. */
function turnBuilder(): TurnBuilder {
  const turns: { role: Content['role']; parts: Part[]; open: boolean }[] = [];
  const add = (role: Content['role'], parts: readonly Part[], open: boolean): void => {
    if (parts.length === 0) return;
    const last = turns.at(-1);
    if (open && last?.open === true && last.role === role) append(last.parts, parts);
    else turns.push({ role, parts: [...parts], open });
  };
  return {
    add: (role, parts) => add(role, parts, true),
    addWhole: (role, parts) => add(role, parts, false),
    isEmpty: () => turns.length === 0,
    finish: (losses) => {
      const added = (place: string): readonly Content[] => {
        const why = `The API wants a user turn ${place}; one that says "${CONTINUE}" was added.`;
        losses.push({ path: 'messages', why });
        return [{ role: 'user', parts: [{ kind: 'text', text: CONTINUE }] }];
      };
      const first = turns[0]?.role === 'user' ? [] : added('first');
      const last = turns.at(-1)?.role === 'model' ? added('last') : [];
      return [...first, ...turns, ...last];
    },
  };
}
