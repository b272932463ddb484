import type { Loss } from '../ir/loss.ts';
import type { InferenceRequest } from '../ir/request.ts';

/** Marks of a request that have no form in the protocol, or at the provider, that it is encoded for: the phase of
 *  assistant text, and the wish that arguments keep strictly to a tool's schema.
 *  @param strict  the provider takes that wish. */
export function lostMarks({ messages, tools }: InferenceRequest, strict: boolean): readonly Loss[] {
  const phases = messages
    .flatMap((message) => message.parts)
    .filter((part) => part.type === 'text' && part.phase !== undefined).length;
  const demanding = strict ? [] : tools.filter((tool) => tool.kind === 'function' && tool.strict === true);
  return [
    ...(phases === 0 ? [] : [{ path: 'messages', why: `The phase of assistant text has no form here. (${phases})` }]),
    ...(demanding.length === 0
      ? []
      : [{ path: 'tools', why: `The provider does not take "strict" at a tool. (${demanding.length})` }]),
  ];
}
