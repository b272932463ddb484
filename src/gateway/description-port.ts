import type { AskParts } from '../pipeline/ask-model.ts';
import type { DescriptionPort } from '../pipeline/images/describe-images.ts';
import { type DescriptionSettings, imageDescriber } from '../pipeline/images/image-describer.ts';

/** The describer of the configuration of this moment; what it remembers outlives a reload. */
export function descriptionPort(
  parts: AskParts,
  current: () => DescriptionSettings | undefined,
): () => DescriptionPort | undefined {
  const describe = imageDescriber(parts);
  return () => {
    const settings = current();
    return settings === undefined ? undefined : { settings, describe };
  };
}
