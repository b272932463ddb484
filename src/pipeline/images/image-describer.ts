import { GatewayError } from '../../ir/failure.ts';
import type { ImagePart } from '../../ir/request.ts';
import { dialectFor } from '../../providers/dialect.ts';
import { type AskParts, askModel } from '../ask-model.ts';
import type { Spent } from '../record.ts';
import { type Description, imageKey } from './described.ts';

/** @property model  a slug or a route's. @property prompt  what that model is asked. */
export type DescriptionSettings = { readonly model: string; readonly prompt: string };

/** Who asks for a description. @property spent  hears what it used. */
export type DescriptionCaller = {
  readonly signal: AbortSignal;
  readonly spent: Spent;
};

export type DescribeImage = (
  image: ImagePart,
  settings: DescriptionSettings,
  caller: DescriptionCaller,
) => Promise<Description | undefined>;

/** Descriptions that are remembered, in the order of use, and the length of one, in characters. */
const MAX_REMEMBERED = 500;
const MAX_TEXT = 8_000;
const TIME_LIMIT_MS = 60_000;
/** What a picture and the question about it count, at a guess. */
const IMAGE_TOKENS = 1_500;

/** @property asker  aborts when the client leaves on whose request the model is asked. */
type Asked = { readonly description: Promise<Description | undefined>; readonly asker: AbortSignal };

/** Asks a model that sees to describe images for those that do not, each image once: the same words stand in every later
 *  turn, so that prompt caches hold. In memory alone. What cannot be described is undefined. */
export function imageDescriber(parts: AskParts): DescribeImage {
  const remembered = new Map<string, Asked>();

  function remember(key: string, asked: Asked): void {
    remembered.delete(key);
    remembered.set(key, asked);
    const [oldest] = remembered.keys();
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  }

  return async function ask(image, settings, caller): Promise<Description | undefined> {
    const key = JSON.stringify([settings.model, settings.prompt, imageKey(image)]);
    const asked = remembered.get(key) ?? {
      description: describe(parts, image, settings, caller),
      asker: caller.signal,
    };
    remember(key, asked);
    let description: Description | undefined;
    try {
      description = await asked.description;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
    } finally {
      // What failed is tried again the next time.
      if (description === undefined && remembered.get(key) === asked) remembered.delete(key);
    }
    // It was asked for another client, who has left: whoever is still there asks anew.
    if (description === undefined && asked.asker.aborted && !caller.signal.aborted) return ask(image, settings, caller);
    return description;
  };
}

async function describe(
  parts: AskParts,
  image: ImagePart,
  { model, prompt }: DescriptionSettings,
  { signal, spent }: DescriptionCaller,
): Promise<Description | undefined> {
  const answer = await askModel(parts, {
    model,
    messages: [{ role: 'user', parts: [{ type: 'text', text: prompt }, image] }],
    kind: `describes images: ${model}`,
    inputTokens: IMAGE_TOKENS,
    // A model that takes no images would describe what it was never shown.
    takes: (target) => dialectFor(target.model).images.input,
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]),
    spent,
  });
  if (answer === undefined) return undefined;
  return { text: answer.text.slice(0, MAX_TEXT).toWellFormed(), by: answer.by.slug };
}
