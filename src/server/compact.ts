import { GatewayError } from '../ir/failure.ts';
import type { ClientReply } from '../pipeline/client.ts';
import { type CompactCall, compactCall, compactedResponse } from '../protocols/openai-responses/compacted-response.ts';
import type { Headers } from '../protocols/protocol.ts';
import { modelOf, topLevel } from '../protocols/top-level.ts';
import type { Serve } from './kept-turns.ts';

/** `POST /v1/responses/compact`: one call on the line that asks for a summary, and its reply as this path has it. */
export function compacting(serve: Serve): Serve {
  return (request, reply) => {
    let call: CompactCall | undefined;
    return serve(
      {
        ...request,
        // The path says what Codex says in this header: rules for compactions hold here, too.
        headers: { 'x-codex-turn-metadata': COMPACTION, ...request.headers },
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

const COMPACTION = JSON.stringify({ request_kind: 'compaction' });

function asCompacted(reply: ClientReply, id: string, call: () => CompactCall | undefined): ClientReply {
  const pieces: Buffer[] = [];
  /** Held back until the reply is known to be one: a failure has a head of its own. */
  let held: Headers | undefined;
  return {
    ...reply,
    head: (status, headers) => {
      held = status === 200 ? { ...headers, 'content-length': undefined } : undefined;
      if (held === undefined) reply.head(status, headers);
    },
    write: (data) => {
      if (held === undefined) return reply.write(data);
      pieces.push(Buffer.from(data));
      return true;
    },
    end: (data) => {
      const made = call();
      if (held === undefined || made === undefined) return reply.end(data);
      const text = Buffer.concat([...pieces, Buffer.from(data ?? '')]).toString('utf8');
      const body = compactedResponse(text, made, id);
      if (body === undefined) throw new GatewayError({ kind: 'protocol', message: 'The reply is no response.' });
      reply.head(200, held);
      return reply.end(JSON.stringify(body));
    },
  };
}
