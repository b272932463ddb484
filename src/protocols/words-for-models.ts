import type { JsonObject } from '../ir/json.ts';

/** What a model that cannot see is told in an image's place. */
export const UNSEEN_IMAGE = '[An image stood here. This model takes text only.]';

/** What stands in a tool's output for an image that had to be lifted out of it. */
export const IMAGE_FOLLOWS = '[The image follows in the next user message.]';

/** The words over a lifted image. */
export function liftedImageLabel(callId: string): string {
  return `Image output of the tool call ${callId}:`;
}

/** What a model is told of a reply's format to which its provider does not hold it.
 *  @param schema  the JSON Schema, where there is one. */
export function formatWords(schema: JsonObject | undefined): string {
  const object = 'Give the final answer as one JSON object and nothing else: no Markdown fence, no words around it.';
  return schema === undefined ? object : `${object} It must match this JSON Schema:\n${JSON.stringify(schema)}`;
}
