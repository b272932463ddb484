import { isJsonObject, type Json, type JsonObject, parseJson } from '../../ir/json.ts';
import { object } from '../json.ts';
import type { ResolvedCall } from '../resolve.ts';
import type { ScriptFinish } from '../script.ts';
import { type Answer, pieces, type Write } from '../speaker.ts';
import { callContent, signatureOf } from './signature.ts';

const FINISH = {
  stop: 'STOP',
  'tool-calls': 'STOP',
  length: 'MAX_TOKENS',
  'content-filter': 'SAFETY',
  refusal: 'STOP',
} as const satisfies Record<ScriptFinish, string>;

/** Pieces as generativelanguage.googleapis.com streams them: each has the form of a whole reply, and the stream has no
 *  end sign. Source: https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent */
export function streamGemini(answer: Answer): readonly Write[] {
  const writes: Write[] = [];
  const frame = framing(answer);
  const piece = (value: Json): void => {
    writes.push({ type: 'text', text: frame.piece(value) });
  };
  let signed = false;
  for (const step of answer.steps) {
    switch (step.type) {
      case 'pause':
        writes.push(step);
        break;
      case 'cut':
        writes.push(step);
        return writes;
      case 'fail':
        piece(errorBody(step.code, step.message));
        return writes;
      case 'think':
        if (!showsThoughts(answer)) break;
        for (const text of pieces(step.text, answer.oddities)) piece(reply(answer, [{ text, thought: true }]));
        break;
      case 'say':
      case 'refuse':
        for (const text of pieces(step.text, answer.oddities)) piece(reply(answer, [{ text }]));
        break;
      case 'call':
        // Of several calls of one reply the first alone is signed.
        for (const part of callParts(step, answer, !signed)) piece(reply(answer, [part]));
        signed = true;
        break;
    }
  }
  const finishReason = FINISH[answer.finish];
  if (isBlocked(answer)) piece({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, ...ids(answer) });
  else piece({ ...reply(answer, [lastPart(answer, signed)], { finishReason }), usageMetadata: usage(answer) });
  writes.push({ type: 'text', text: frame.end() });
  return writes;
}

/** A reply in one piece. Source: https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse */
export function wholeGemini(answer: Answer): Json {
  if (isBlocked(answer)) return { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, ...ids(answer) };
  let signed = false;
  const parts = answer.steps.flatMap((step): readonly JsonObject[] => {
    switch (step.type) {
      case 'think':
        return showsThoughts(answer) ? [{ text: step.text, thought: true }] : [];
      case 'say':
      case 'refuse':
        return [{ text: step.text }];
      case 'call': {
        const part = wholeCall(step, answer, !signed);
        signed = true;
        return [part];
      }
      default:
        return [];
    }
  });
  const last = signed ? [] : [lastPart(answer, false)];
  const finishReason = FINISH[answer.finish];
  return { ...reply(answer, [...parts, ...last], { finishReason }), usageMetadata: usage(answer) };
}

/** Without `alt=sse` the pieces come as one JSON list. */
function framing({ framing: form, oddities }: Answer): { piece: (value: Json) => string; end: () => string } {
  const lineEnd = oddities.lineEnd ?? '\r\n';
  let count = 0;
  if (form === undefined) {
    return { piece: (value) => `data: ${JSON.stringify(value)}${lineEnd}${lineEnd}`, end: () => '' };
  }
  return {
    piece: (value) => {
      count += 1;
      return `${count === 1 ? '[' : ',\r\n'}${JSON.stringify(value)}`;
    },
    end: () => ']',
  };
}

function reply(answer: Answer, parts: readonly JsonObject[], members: JsonObject = {}): JsonObject {
  return { candidates: [{ content: { parts, role: 'model' }, ...members, index: 0 }], ...ids(answer) };
}

function ids(answer: Answer): JsonObject {
  return { modelVersion: answer.model, responseId: answer.id };
}

/** A refusal without a word: the prompt itself was not taken. */
function isBlocked(answer: Answer): boolean {
  return answer.finish === 'refusal' && saidBy(answer) === '' && !answer.steps.some((step) => step.type === 'call');
}

/** Replies without calls are signed on their last part, which has no text where the text has gone out already. */
function lastPart(answer: Answer, signed: boolean): JsonObject {
  return signed ? { text: '' } : { text: '', thoughtSignature: signatureOf(answer.model, `text ${saidBy(answer)}`) };
}

function saidBy({ steps }: Answer): string {
  return steps.map((step) => (step.type === 'say' || step.type === 'refuse' ? step.text : '')).join('');
}

function showsThoughts({ body }: Answer): boolean {
  return object(object(body['generationConfig'])['thinkingConfig'])['includeThoughts'] === true;
}

/** Arguments come whole; in pieces where the reply is odd in this way, or where its limit breaks them off. */
function callParts(step: ResolvedCall, answer: Answer, first: boolean): readonly JsonObject[] {
  const args = parseJson(step.input);
  const inPieces = isJsonObject(args) ? answer.oddities.streamedArguments === true : answer.finish === 'length';
  if (!inPieces) return [wholeCall(step, answer, first)];
  const signature = first ? signed(step, args ?? null, answer) : {};
  const start = { functionCall: { ...named(step, answer), willContinue: true }, ...signature };
  const members = isJsonObject(args) ? Object.entries(args) : [halfMember(step.input)];
  const inner = members.flatMap(([name, value]) => argumentPieces(name, value ?? null, answer));
  return [start, ...inner, ...(isJsonObject(args) ? [{ functionCall: {} }] : [])];
}

function argumentPieces(name: string, value: Json, answer: Answer): readonly JsonObject[] {
  const jsonPath = `$.${name}`;
  const part = (piece: JsonObject): JsonObject => ({ functionCall: { partialArgs: [piece], willContinue: true } });
  if (typeof value === 'string') {
    return [...pieces(value, answer.oddities), ''].map((stringValue, at, all) =>
      part({ jsonPath, stringValue, ...(at === all.length - 1 ? {} : { willContinue: true }) }),
    );
  }
  if (typeof value === 'number') return [part({ jsonPath, numberValue: value })];
  if (typeof value === 'boolean') return [part({ jsonPath, boolValue: value })];
  if (value === null) return [part({ jsonPath, nullValue: 'NULL_VALUE' })];
  const inner = Array.isArray(value)
    ? value.map((each, at) => [`${name}[${at}]`, each] as const)
    : Object.entries(value).map(([key, each]) => [`${name}.${key}`, each ?? null] as const);
  return inner.flatMap(([path, each]) => argumentPieces(path, each, answer));
}

/** The one member of arguments that break off in its text. */
function halfMember(input: string): readonly [string, Json] {
  const [, name = 'input', text = ''] = /^\s*\{\s*"([^"]*)"\s*:\s*"([\s\S]*)$/.exec(input) ?? [];
  const value = parseJson(`"${text}"`);
  return [name, typeof value === 'string' ? value : text];
}

function wholeCall(step: ResolvedCall, answer: Answer, first: boolean): JsonObject {
  // A server that could not read what the model wrote passes it on as a text.
  const args = parseJson(step.input) ?? step.input;
  return { functionCall: { ...named(step, answer), args }, ...(first ? signed(step, args, answer) : {}) };
}

function named({ callId, name }: ResolvedCall, { oddities }: Answer): JsonObject {
  return oddities.callId === false ? { name } : { id: callId, name };
}

function signed(step: ResolvedCall, args: Json, answer: Answer): JsonObject {
  const id = answer.oddities.callId === false ? undefined : step.callId;
  return { thoughtSignature: signatureOf(answer.model, callContent(id, step.name, args)) };
}

/** Cached tokens are inside the prompt's count, thoughts beside the answer's. */
function usage({ usage: tokens }: Answer): JsonObject {
  return {
    promptTokenCount: tokens.input,
    ...(tokens.cached === 0 ? {} : { cachedContentTokenCount: tokens.cached }),
    candidatesTokenCount: tokens.output - tokens.reasoning,
    ...(tokens.reasoning === 0 ? {} : { thoughtsTokenCount: tokens.reasoning }),
    totalTokenCount: tokens.input + tokens.output,
  };
}

/** Source: https://ai.google.dev/gemini-api/docs/troubleshooting */
function errorBody(code: string, message: string): JsonObject {
  if (/overloaded|unavailable/i.test(code)) return { error: { code: 503, message, status: 'UNAVAILABLE' } };
  if (/rate|exhausted/i.test(code)) return { error: { code: 429, message, status: 'RESOURCE_EXHAUSTED' } };
  return { error: { code: 500, message, status: 'INTERNAL' } };
}
