import type { InferenceRequest } from '../ir/request.ts';
import type { ToolNames } from './tool-names.ts';

/** Every tool that the conversation calls, once, as it is declared where nothing is offered any longer: several providers
 *  refuse a history with calls of what they were not told of. */
export function calledTools(
  { messages }: Pick<InferenceRequest, 'messages'>,
  names: Pick<ToolNames, 'wireName'>,
): readonly { readonly name: string; readonly description: string }[] {
  const called = new Set<string>();
  for (const { parts } of messages) {
    for (const part of parts) if (part.type === 'tool-call') called.add(names.wireName(part.name));
  }
  return [...called].map((name) => ({ name, description: NOT_NOW }));
}

const NOT_NOW = 'Was called earlier in this conversation; it cannot be called now.';
