import type { JsonObject } from '../../ir/json.ts';
import { objects } from '../json.ts';
import type { Prompt } from '../prompt-cache.ts';
import { blocks } from './read.ts';

/** Tools, instructions and content blocks, with the ends that the caller marked. */
export function promptOfMessages(body: JsonObject): Prompt {
  const parts: readonly JsonObject[] = [
    ...objects(body['tools']),
    ...blocks({ content: body['system'] ?? [] }),
    ...objects(body['messages']).flatMap((turn) => blocks(turn).map((block) => ({ role: turn['role'], ...block }))),
  ];
  const marks = parts.flatMap((part, at) => (part['cache_control'] === undefined ? [] : [at]));
  return { pieces: parts.map(({ cache_control: _, ...part }) => JSON.stringify(part)), marks };
}
