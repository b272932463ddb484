import type { DescriptionPort } from '../pipeline/images/describe-images.ts';
import { type DescriberParts, type DescriptionSettings, imageDescriber } from '../pipeline/images/image-describer.ts';

/** The describer of the configuration of this moment; what it remembers outlives a reload. */
export function descriptionPort(
  parts: DescriberParts,
  current: () => DescriptionSettings | undefined,
): () => DescriptionPort | undefined {
  const describe = imageDescriber(parts);
  return () => {
    const settings = current();
    return settings === undefined ? undefined : { settings, describe };
  };
}
