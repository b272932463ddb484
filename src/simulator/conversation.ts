import { isJsonObject, type Json, type JsonObject, parseJson } from '../ir/json.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import { askedOf } from './asked.ts';
import { readChat } from './chat/read.ts';
import { streamChat, wholeChat } from './chat/render.ts';
import { chatError, checkChat } from './chat/rules.ts';
import { readGemini } from './gemini/read.ts';
import { streamGemini, wholeGemini } from './gemini/render.ts';
import { checkGemini, geminiError, WRONG_GEMINI_KEY } from './gemini/rules.ts';
import { promptOfMessages } from './messages/prompt.ts';
import { readMessages } from './messages/read.ts';
import { streamMessages, wholeMessage } from './messages/render.ts';
import { checkMessagesRequest, messagesError } from './messages/rules.ts';
import { type CacheRules, createPromptCache, piecesOf } from './prompt-cache.ts';
import { resolveSteps } from './resolve.ts';
import { readResponses } from './responses/read.ts';
import { streamResponses, wholeResponse } from './responses/render.ts';
import { checkPlainResponses, checkResponses, responsesError } from './responses/rules.ts';
import type { Delivery, Scenario, ScriptedReply } from './script.ts';
import type { Answer, Refusal, RequestHeaders, Speaker, Write } from './speaker.ts';
import type { Turn } from './turn.ts';
import { usageOf } from './usage.ts';

const SPEAKERS: { readonly [P in ProtocolId]: Speaker } = {
  'openai-chat': {
    read: readChat,
    prompt: (body) => ({ pieces: piecesOf(body, ['tools', 'messages']) }),
    check: checkChat,
    stream: streamChat,
    whole: wholeChat,
    error: chatError,
  },
  'anthropic-messages': {
    read: readMessages,
    prompt: promptOfMessages,
    check: checkMessagesRequest,
    stream: streamMessages,
    whole: wholeMessage,
    error: messagesError,
  },
  'openai-responses': {
    read: readResponses,
    prompt: (body) => ({ pieces: piecesOf(body, ['tools', 'instructions', 'input']) }),
    check: checkResponses,
    stream: streamResponses,
    whole: wholeResponse,
    error: responsesError,
  },
  gemini: {
    read: readGemini,
    prompt: (body) => ({ pieces: piecesOf(body, ['tools', 'systemInstruction', 'contents']) }),
    check: checkGemini,
    stream: streamGemini,
    whole: wholeGemini,
    error: geminiError,
  },
};

const CALL_PREFIX = {
  'openai-chat': 'call_',
  'anthropic-messages': 'toolu_',
  'openai-responses': 'call_',
  gemini: '',
} as const;

/** `strict`: refuses what the real providers refuse, in their words. `plain`: so too, and on the Responses API takes
 *  functions only, as servers without OpenAI's extensions do. `none`: takes anything. */
export type Rules = 'strict' | 'plain' | 'none';

/** What goes on the wire for one request. */
export type WireReply =
  | { readonly type: 'hang-up' }
  | {
      readonly type: 'reply';
      readonly status: number;
      readonly headers: { readonly [name: string]: string };
      readonly writes: readonly Write[];
      readonly delivery: Delivery;
    };

export type Conversation = (method: string, path: string, headers: RequestHeaders, body: string) => WireReply;

/** A provider's memory and judgement, without its sockets.
 *  @property newId  unique at each call, letters and digits.
 *  @property now    seconds since the epoch.
 *  @property cache  of prompts; left out: nothing is ever cached. */
export function newConversation(parts: {
  readonly scenario: Scenario;
  readonly rules: Rules;
  readonly key?: string;
  readonly newId: () => string;
  readonly now: () => number;
  readonly cache?: CacheRules;
}): Conversation {
  const cache = parts.cache === undefined ? undefined : createPromptCache(parts.cache);
  const thinking = new Map<string, Map<string, string>>();
  const thinkingOf = (model: string): Map<string, string> => {
    const known = thinking.get(model) ?? new Map<string, string>();
    thinking.set(model, known);
    return known;
  };
  const requestsFor = new Map<string, number>();
  const remember = (reply: ScriptedReply, answer: Answer) => {
    const thought = reply.steps.flatMap((step) => (step.type === 'think' ? [step.text] : [])).join('');
    if (thought === '' || reply.oddities?.reasoningField === 'think-tags' || reply.oddities?.callId === false) return;
    for (const step of answer.steps) if (step.type === 'call') thinkingOf(answer.model).set(step.callId, thought);
  };
  return (method, path, headers, text) => {
    const asked = askedOf(path);
    if (asked === undefined || method !== 'POST') {
      return json(404, { error: { message: `Invalid URL (${method} ${path})`, type: 'invalid_request_error' } });
    }
    const { protocol, framing, ...named } = asked;
    const speaker = SPEAKERS[protocol];
    const refuse = (refusal: Refusal) => json(refusal.status, speaker.error(refusal));
    if (!isAllowed(headers, parts.key)) return refuse(wrongKey(protocol));
    const body = parseJson(text);
    if (!isJsonObject(body))
      return refuse({
        status: 400,
        type: 'invalid_request_error',
        message: 'We could not parse the JSON body of your request.',
      });
    const model = named.model ?? modelOf(body);
    const check = parts.rules === 'plain' && protocol === 'openai-responses' ? checkPlainResponses : speaker.check;
    const refusal = parts.rules === 'none' ? undefined : check(body, headers, { model, thinkingOf: thinkingOf(model) });
    if (refusal !== undefined) return refuse(refusal);

    const view = { ...speaker.read(body), ...named };
    const earlier = requestsFor.get(view.model) ?? 0;
    requestsFor.set(view.model, earlier + 1);
    const turn: Turn = { protocol, ...view, earlier };
    const reply = parts.scenario(turn);
    if (reply.type === 'hang-up') return reply;
    if (reply.type === 'raw') {
      const write: Write =
        typeof reply.body === 'string' ? { type: 'text', text: reply.body } : { type: 'bytes', bytes: reply.body };
      return {
        type: 'reply',
        status: reply.status,
        headers: reply.headers,
        writes: [write],
        delivery: reply.delivery ?? {},
      };
    }
    const id = parts.newId();
    const answer: Answer = {
      id,
      createdAt: parts.now(),
      model: turn.model,
      body,
      steps: resolveSteps(reply, turn, `${CALL_PREFIX[protocol]}${id}`),
      usage: usageOf(reply, text.length, cache?.(accountOf(headers), turn.model, speaker.prompt(body), parts.now())),
      finish: reply.finish ?? (reply.steps.some((step) => step.type === 'call') ? 'tool-calls' : 'stop'),
      oddities: reply.oddities ?? {},
      ...(framing === undefined ? {} : { framing }),
    };
    remember(reply, answer);
    if (!turn.stream) return json(200, speaker.whole(answer), reply.delivery);
    const form = framing === undefined ? 'text/event-stream; charset=utf-8' : 'application/json; charset=UTF-8';
    const type = { 'content-type': form, 'cache-control': 'no-cache' };
    return {
      type: 'reply',
      status: 200,
      headers: type,
      writes: speaker.stream(answer),
      delivery: reply.delivery ?? {},
    };
  };
}

function modelOf(body: JsonObject): string {
  return typeof body['model'] === 'string' ? body['model'] : '';
}

function json(status: number, body: Json, delivery: Delivery = {}): WireReply {
  const writes: readonly Write[] = [{ type: 'text', text: JSON.stringify(body) }];
  return { type: 'reply', status, headers: { 'content-type': 'application/json' }, writes, delivery };
}

export function isAllowed(headers: RequestHeaders, key: string | undefined): boolean {
  return (
    key === undefined ||
    headers['authorization'] === `Bearer ${key}` ||
    headers['x-api-key'] === key ||
    headers['x-goog-api-key'] === key
  );
}

/** Caches are kept apart by account: here, by key. */
function accountOf(headers: RequestHeaders): string {
  return String(headers['authorization'] ?? headers['x-api-key'] ?? headers['x-goog-api-key'] ?? '');
}

/** Source: https://platform.openai.com/docs/guides/error-codes, https://platform.claude.com/docs/en/api/errors */
function wrongKey(protocol: ProtocolId): Refusal {
  if (protocol === 'gemini') return WRONG_GEMINI_KEY;
  return protocol === 'anthropic-messages'
    ? { status: 401, type: 'authentication_error', message: 'invalid x-api-key' }
    : { status: 401, type: 'invalid_request_error', message: 'Incorrect API key provided.', code: 'invalid_api_key' };
}
