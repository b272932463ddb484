import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../ir/failure.ts';
import { gatherBytes } from '../wire/gather-bytes.ts';
import { tooLarge } from './unpack.ts';

/** A request's body whole. One that came in one piece is not copied, and nothing is kept of it but what is returned.
 *  @param limit  in bytes.
 *  @throws GatewayError too-large, or cancelled when the client leaves in the middle. */
export function readBody(message: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let pieces = gatherBytes();
    const stop = (error: GatewayError): void => {
      message.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      pieces = gatherBytes();
      // What is left on the wire is read and thrown away, so that the client gets to see the answer.
      message.resume();
      reject(error);
    };
    const onData = (piece: Buffer): void => {
      if (pieces.size() + piece.length > limit) stop(new GatewayError(tooLarge(limit)));
      else pieces.add(piece);
    };
    const onEnd = (): void => {
      message.off('data', onData).off('close', onClose).off('error', onClose);
      const whole = pieces.take();
      resolve(Buffer.from(whole.buffer, whole.byteOffset, whole.length));
    };
    const onClose = (): void => stop(new GatewayError({ kind: 'cancelled', message: 'The client left.' }));
    if (Number(message.headers['content-length'] ?? 0) > limit) {
      message.resume();
      reject(new GatewayError(tooLarge(limit)));
      return;
    }
    message.on('data', onData).once('end', onEnd).once('close', onClose).once('error', onClose);
  });
}
