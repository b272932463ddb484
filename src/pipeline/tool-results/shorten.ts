import type { Loss } from '../../ir/loss.ts';
import type { Message, Part } from '../../ir/request.ts';

/** @property text   what a model is to read in an output's place. @property saved, before  tokens, as estimated. */
export type Shorter = { readonly text: string; readonly saved: number; readonly before: number };

/** @returns undefined where the text stays as it is. The same for the same text, at any time: what a provider caches of a
 *  conversation is its beginning, byte by byte. */
export type Shorten = (text: string) => Shorter | undefined;

/** The conversation with the outputs of tools made shorter, and what to say of it.
 *  @param kept  ids of calls whose outputs the provider has seen as they are: they stay so. */
export function shortened(
  messages: readonly Message[],
  kept: ReadonlySet<string>,
  shorten: Shorten,
): { readonly messages: readonly Message[]; readonly losses: readonly Loss[] } {
  let [results, before, after] = [0, 0, 0];
  const inPart = (part: Part): Part => {
    if (part.type !== 'tool-result' || kept.has(part.callId)) return part;
    let changed = false;
    const content = part.content.map((piece) => {
      const shorter = piece.type === 'text' ? shorten(piece.text) : undefined;
      if (shorter === undefined) return piece;
      changed = true;
      before += shorter.before;
      after += shorter.before - shorter.saved;
      return { ...piece, text: shorter.text };
    });
    if (!changed) return part;
    results += 1;
    return { ...part, content };
  };
  const told = messages.map((message): Message => {
    if (message.parts.every(({ type }) => type !== 'tool-result')) return message;
    return { ...message, parts: message.parts.map(inPart) };
  });
  if (results === 0) return { messages, losses: [] };
  const outputs = results === 1 ? 'The output of 1 tool call was' : `The outputs of ${results} tool calls were`;
  const why = `${outputs} shortened: about ${after} tokens in the place of ${before}.`;
  return { messages: told, losses: [{ path: 'messages', why }] };
}

/** Calls whose outputs went out before the model's last words: whoever asks anew sends what stands after these. */
export function answeredBefore(messages: readonly Message[]): ReadonlySet<string> {
  const last = messages.findLastIndex(({ role }) => role === 'assistant');
  const ids = messages
    .slice(0, Math.max(0, last))
    .flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'tool-result' ? [part.callId] : [])));
  return new Set(ids);
}
