import type { z } from 'zod';
import { GatewayError } from '../ir/failure.ts';

/** What every client's side uses to parse at the door, and how it says what it does not take. */

/** @param at  where the value stands in the body, for the error.
 *  @throws GatewayError invalid-request, naming the member. */
export function parseAt<T>(schema: z.ZodType<T>, value: unknown, at: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  let path = at;
  for (const key of issue?.path ?? []) {
    path += typeof key === 'number' ? `[${key}]` : path === '' ? String(key) : `.${String(key)}`;
  }
  const why = (issue?.message ?? 'not as the API describes it').replace(/^Invalid input: /, '');
  throw invalid(path, why);
}

/** The client's request breaks the API's own rules. */
export function invalid(path: string, why: string): GatewayError {
  return new GatewayError({
    kind: 'invalid-request',
    message: path === '' ? `The request is not valid: ${why}.` : `The request is not valid: ${path}: ${why}.`,
    code: 'invalid_value',
    ...(path === '' ? {} : { parameter: path }),
  });
}

/** The request asks for what the gateway does not carry. */
export function unsupported(path: string, why: string, code = 'unsupported_parameter'): GatewayError {
  return new GatewayError({ kind: 'unsupported', message: `${path} is not supported: ${why}`, code, parameter: path });
}
