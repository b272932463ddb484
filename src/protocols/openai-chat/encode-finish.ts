import type { FinishReason } from '../../ir/event.ts';

/** What a client sees of a model that declined without a word. */
export const SILENT_REFUSAL = 'The model declined to answer.';

/** @param called     a tool was called: clients run calls only where the reply says that it ended for them.
 *  @param functions  the call has the old form. */
export function encodeFinishReason(reason: FinishReason, called: boolean, functions: boolean): string {
  switch (reason) {
    case 'length':
      return 'length';
    case 'content-filter':
      return 'content_filter';
    case 'stop':
    case 'refusal':
    case 'tool-calls':
      if (!called) return 'stop';
      return functions ? 'function_call' : 'tool_calls';
  }
}
