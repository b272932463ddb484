import { GatewayError } from '../ir/failure.ts';
import type { ClientReply } from '../pipeline/client.ts';
import { type CompactCall, compactCall, compactedResponse } from '../protocols/openai-responses/compacted-response.ts';
import { modelOf, topLevel } from '../protocols/top-level.ts';
import type { Serve } from './kept-turns.ts';

/** `POST /v1/responses/compact`: one call on the line that asks for a summary, and its reply as this path has it. */
export function compacting(serve: Serve): Serve {
  return (request, reply) => {
    let call: CompactCall | undefined;
    return serve(
      {
        ...request,
        takeBody: () => {
          const body = request.takeBody();
          modelOf(topLevel(body));
          call = compactCall(body);
          return call.body;
        },
      },
      asCompacted(reply, request.id.replaceAll('-', ''), () => call),
    );
  };
}

function asCompacted(reply: ClientReply, id: string, call: () => CompactCall | undefined): ClientReply {
  const pieces: Buffer[] = [];
  let isWhole = false;
  return {
    ...reply,
    head: (status, headers) => {
      isWhole = status === 200;
      reply.head(status, isWhole ? { ...headers, 'content-length': undefined } : headers);
    },
    write: (data) => {
      if (!isWhole) return reply.write(data);
      pieces.push(Buffer.from(data));
      return true;
    },
    end: (data) => {
      const made = call();
      if (!isWhole || made === undefined) return reply.end(data);
      const text = Buffer.concat([...pieces, Buffer.from(data ?? '')]).toString('utf8');
      const body = compactedResponse(text, made, id);
      if (body === undefined) throw new GatewayError({ kind: 'protocol', message: 'The reply is no response.' });
      return reply.end(JSON.stringify(body));
    },
  };
}
