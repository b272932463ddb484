import { createHash } from 'node:crypto';

/** A thinking block's signature: any change of the text makes it invalid, as with the real one. */
export function signatureOf(thinking: string): string {
  return `sim${createHash('sha256').update(thinking).digest('base64')}`;
}
