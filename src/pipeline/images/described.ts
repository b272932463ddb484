import { createHash } from 'node:crypto';
import type { Dialect } from '../../ir/dialect.ts';
import type { Loss } from '../../ir/loss.ts';
import type { ImagePart, Message, TextPart } from '../../ir/request.ts';

/** What another model says of an image. @property by  its slug. */
export type Description = { readonly text: string; readonly by: string };

/** By `imageKey`. */
export type Descriptions = ReadonlyMap<string, Description>;

/** Images are long: a digest stands for each. */
export function imageKey({ url }: ImagePart): string {
  return createHash('sha256').update(url).digest('base64url');
}

/** Every image of a conversation, those of tool outputs too, each once, the newest first. */
export function imagesIn(messages: readonly Message[]): readonly ImagePart[] {
  const images = new Map<string, ImagePart>();
  for (const { parts } of messages.toReversed()) {
    for (const part of parts.toReversed()) {
      const inside = part.type === 'tool-result' ? part.content.toReversed() : [part];
      for (const one of inside) if (one.type === 'image') images.set(one.url, one);
    }
  }
  return [...images.values()];
}

/** The conversation as a target can see it: where that takes no images, with words in the place of every image that has
 *  a description. */
export function seen(
  messages: readonly Message[],
  dialect: Dialect,
  descriptions: Descriptions | undefined,
): { readonly messages: readonly Message[]; readonly losses: readonly Loss[] } {
  if (descriptions === undefined || dialect.images.input) return { messages, losses: [] };
  const by = new Set<string>();
  const words = <P extends { readonly type: string }>(part: P | ImagePart): P | ImagePart | TextPart => {
    const description = isImage(part) ? descriptions.get(imageKey(part)) : undefined;
    if (description === undefined) return part;
    by.add(description.by);
    return { type: 'text', text: wordsFor(description) };
  };
  const told = messages.map((message): Message => {
    if (message.parts.every((part) => part.type !== 'image' && part.type !== 'tool-result')) return message;
    return {
      ...message,
      parts: message.parts.map((part) =>
        part.type === 'tool-result' ? { ...part, content: part.content.map(words) } : words(part),
      ),
    };
  });
  const losses = [...by].map((slug) => ({
    path: 'messages',
    why: `Images were described by ${slug}: the model takes text only.`,
  }));
  return { messages: told, losses };
}

function isImage(part: { readonly type: string }): part is ImagePart {
  return part.type === 'image';
}

function wordsFor({ text, by }: Description): string {
  return `[An image that you cannot see, as the model ${by} describes it]\n${text}\n[End of the description]`;
}
