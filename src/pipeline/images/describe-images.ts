import { dialectFor } from '../../providers/dialect.ts';
import type { Target } from '../../providers/provider.ts';
import type { Source } from '../source.ts';
import { type Description, imageKey, imagesIn } from './described.ts';
import type { DescribeImage, DescriptionCaller, DescriptionSettings } from './image-describer.ts';

/** The user's choice of a model that sees, and the way to it. */
export type DescriptionPort = { readonly settings: DescriptionSettings; readonly describe: DescribeImage };

/** Images of one request that are described; older ones are left out, as they are without a description. */
const MAX_IMAGES = 32;
const AT_ONCE = 4;

/** Before a call goes to models that take no images: what its images show, in the words of one that does. */
export async function describeImages(
  { settings, describe }: DescriptionPort,
  targets: readonly Target[],
  source: Pick<Source, 'passesBytes' | 'conversation' | 'describe'>,
  caller: DescriptionCaller,
): Promise<void> {
  const isBlind = (target: Target): boolean => !source.passesBytes(target) && !dialectFor(target.model).images.input;
  if (!targets.some(isBlind)) return;
  const images = imagesIn(source.conversation().messages).slice(0, MAX_IMAGES);
  const descriptions = new Map<string, Description>();
  for (let at = 0; at < images.length; at += AT_ONCE) {
    await Promise.all(
      images.slice(at, at + AT_ONCE).map(async (image) => {
        const description = await describe(image, settings, caller);
        if (description !== undefined) descriptions.set(imageKey(image), description);
      }),
    );
  }
  if (descriptions.size > 0) source.describe(descriptions);
}
