import { createHash } from 'node:crypto';

/** The signature of a part: base64, and invalid for any other model and content, as with the real one. */
export function signatureOf(model: string, content: string): string {
  const digest = createHash('sha256').update(`${model}\u0000${content}`).digest('hex');
  return Buffer.from(`sim:${digest}`).toString('base64');
}

/** What a call's signature stands for: the call of that id, or, where it was given none, what it says. */
export function callContent(id: string | undefined, name: string, args: unknown): string {
  return id === undefined ? `call ${name} ${JSON.stringify(args)}` : `call ${id} ${name}`;
}

/** Taken in a signature's place. Source: https://ai.google.dev/gemini-api/docs/thought-signatures */
export const STANDING_IN: readonly string[] = [
  'skip_thought_signature_validator',
  'context_engineering_is_the_way_to_go',
];
