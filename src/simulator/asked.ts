import { isJsonObject, type Json } from '../ir/json.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import { text } from './json.ts';

/** What the path of a call says: its protocol, and with some protocols what others say in the body.
 *  @property framing  a stream that comes as a JSON list, not as events. */
export type Asked = {
  readonly protocol: ProtocolId;
  readonly model?: string;
  readonly stream?: boolean;
  readonly framing?: 'list';
};

const PATHS: { readonly [path: string]: ProtocolId | undefined } = {
  '/v1/chat/completions': 'openai-chat',
  '/v1/messages': 'anthropic-messages',
  '/v1/responses': 'openai-responses',
};

/** Source: https://ai.google.dev/api/generate-content */
const GENERATE = /^\/v1(?:beta)?\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;

/** @param path  with its query. @returns undefined where nothing can be asked. */
export function askedOf(path: string): Asked | undefined {
  const { pathname, searchParams } = new URL(path, 'http://simulator');
  const protocol = PATHS[pathname];
  if (protocol !== undefined) return { protocol };
  const [, model, method] = GENERATE.exec(pathname) ?? [];
  if (model === undefined) return undefined;
  const stream = method === 'streamGenerateContent';
  const asList = stream && searchParams.get('alt') !== 'sse';
  return {
    protocol: 'gemini',
    model: decodeURIComponent(model),
    stream,
    ...(asList ? { framing: 'list' } : {}),
  };
}

/** The model that a call names, in its body or in its path. */
export function modelAsked(path: string, body: Json | undefined): string | undefined {
  const named = isJsonObject(body) ? text(body['model']) : '';
  return named === '' ? askedOf(path)?.model : named;
}
