import type { InferenceRequest } from '../../../ir/request.ts';
import type { ReplyContext } from '../../protocol.ts';

/** What a reply in a test is given of its request. */
export function replyTo(request: Partial<InferenceRequest> = {}): ReplyContext {
  return {
    echo: {
      model: 'slug',
      messages: [],
      tools: [],
      toolChoice: { type: 'auto' },
      sampling: {},
      reasoning: {},
      outputFormat: { type: 'text' },
      stream: true,
      extensions: {},
      ...request,
    },
    caller: { id: 'local' },
    responseId: 'fixture',
    createdAt: 1_700_000_000,
  };
}
