import type { JsonObject } from '../../ir/json.ts';
import type { LossNotes } from './losses.ts';

/** What the model says where a provider lets nobody else speak after a tool. */
const BRIDGE: JsonObject = { role: 'assistant', content: 'I have the tool outputs.' };

/** Some chat templates let only the model speak after a tool. The user does so too: in Codex's compaction turn, after an
 *  interruption, and with an image that a tool brought.
 *  Source: https://github.com/mistralai/mistral-common/issues/169 */
export function bridgeTurns(messages: readonly JsonObject[], losses: LossNotes): readonly JsonObject[] {
  return messages.flatMap((message, at) => {
    if (message['role'] !== 'user' || messages[at - 1]?.['role'] !== 'tool') return [message];
    losses.count('messages', `The model's words "${BRIDGE['content']}" were put between a tool and the user.`);
    return [BRIDGE, message];
  });
}
