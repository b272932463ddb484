import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../ir/failure.ts';
import { callerOf } from './auth.ts';
import { plainError, protocolOfPath } from './plain-error.ts';
import { headersOf, pathOf } from './request-facts.ts';
import type { Services } from './services.ts';
import { tooLarge } from './unpack.ts';

/** A failure before the pipeline, in the words of the protocol that the path belongs to. */
export function sendFailure(
  reply: FastifyReply,
  request: FastifyRequest,
  services: Services,
  { failure }: GatewayError,
): FastifyReply {
  const protocol = protocolOfPath(pathOf(request));
  const caller = callerOf(headersOf(request.raw));
  const encoded = protocol === undefined ? undefined : services.encodeError(protocol, failure, caller, request.id);
  if (encoded === undefined) {
    const status = failure.kind === 'unauthenticated' ? 401 : failure.kind === 'too-large' ? 413 : 400;
    return sendError(reply, request, status, failure.kind.replaceAll('-', '_'), failure.message);
  }
  return reply
    .code(encoded.status)
    .headers({ ...encoded.headers })
    .send(encoded.body);
}

/** What is wrong with the request as HTTP has it: its path, its method, its type. */
export function sendError(
  reply: FastifyReply,
  request: FastifyRequest,
  status: number,
  code: string,
  message: string,
): FastifyReply {
  const protocol = protocolOfPath(pathOf(request));
  return reply.code(status).send(plainError(protocol, { status, message, code, requestId: request.id }));
}

/** What a handler threw. @param limit  of bodies, in bytes. */
export function sendThrown(
  error: unknown,
  reply: FastifyReply,
  request: FastifyRequest,
  services: Services,
  limit: number,
): FastifyReply {
  if (error instanceof GatewayError) return sendFailure(reply, request, services, error);
  const status = statusOf(error);
  if (status === 413) return sendFailure(reply, request, services, new GatewayError(tooLarge(limit)));
  if (status < 500) return sendError(reply, request, status, 'invalid_request', messageOf(error));
  services.report(error, request.id);
  const message = 'The gateway failed on this request; its log says why.';
  return sendError(reply, request, status, 'internal_error', message);
}

function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'The request is not valid.';
}
