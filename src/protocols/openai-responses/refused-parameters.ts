import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import { unsupported } from '../parse-request.ts';
import { replyNotFound } from './kept/reply-not-found.ts';

type Refusal = {
  readonly path: string;
  readonly asks: (value: Json) => boolean;
  readonly why: string;
};

const given = (): boolean => true;
const NO_PROBABILITIES = 'token probabilities are not carried; leave it out.';

/** Parameters that change what the caller gets, or what happens to it, and that no translation can honour. A provider
 *  with the whole API is sent them by bytes. What does no harm to leave out is no part of this list: it is a Loss.
 *  Source: https://developers.openai.com/api/reference/resources/responses/methods/create */
const REFUSED: readonly Refusal[] = [
  { path: 'conversation', asks: given, why: 'conversations are not stored; send the whole of it in `input`.' },
  { path: 'prompt', asks: given, why: 'stored prompts are not at hand; send the text in `input`.' },
  { path: 'background', asks: (value) => value === true, why: 'nothing runs on once its caller has left.' },
  { path: 'generate', asks: (value) => value === false, why: 'a client gets ready on a socket, not over HTTP.' },
  {
    path: 'context_management',
    asks: (value) => Array.isArray(value) && value.length > 0,
    why: 'ask for a summary yourself, by a compaction_trigger or /v1/responses/compact.',
  },
  { path: 'moderation', asks: given, why: 'nothing is moderated here; leave it out.' },
  { path: 'access_programs', asks: given, why: "it belongs to OpenAI's own models; leave it out." },
  {
    path: 'image.context_compression',
    asks: (value) => value === 'enabled',
    why: 'images go to the model as they are.',
  },
  { path: 'prompt_cache_options.prewarm', asks: (value) => value === true, why: 'a cache is filled by real turns.' },
  { path: 'top_logprobs', asks: (value) => typeof value === 'number' && value > 0, why: NO_PROBABILITIES },
  {
    path: 'include',
    asks: (value) => Array.isArray(value) && value.includes('message.output_text.logprobs'),
    why: 'token probabilities are not carried; leave out "message.output_text.logprobs".',
  },
];

/** @throws GatewayError unsupported, naming the parameter. */
export function refuseUnsupported(body: JsonObject): void {
  const previousId = body['previous_response_id'];
  if (previousId !== undefined && previousId !== null) throw replyNotFound(String(previousId));
  for (const { path, asks, why } of REFUSED) {
    const value = at(body, path);
    if (value !== undefined && value !== null && asks(value)) throw unsupported(path, why);
  }
}

/** What is taken in no other form than the one that it has anyway. */
export function parameterLosses(body: JsonObject): readonly Loss[] {
  const losses: Loss[] = [];
  if (body['truncation'] === 'auto') {
    losses.push({ path: 'truncation', why: 'Nothing is left out of a conversation that is too long: it fails.' });
  }
  if (at(body, 'stream_options.include_obfuscation') === true) {
    losses.push({ path: 'stream_options.include_obfuscation', why: 'Events are not padded.' });
  }
  return losses;
}

function at(body: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = body;
  for (const key of path.split('.')) value = isJsonObject(value) ? value[key] : undefined;
  return value;
}
