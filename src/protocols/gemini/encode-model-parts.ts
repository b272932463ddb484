import { append } from '../../ir/append.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../ir/json.ts';
import { unreachable } from '../../ir/non-empty.ts';
import type { Message, ReasoningPart, ToolCallPart } from '../../ir/request.ts';
import { fitCallId } from '../call-ids.ts';
import { FREEFORM_ARGUMENT } from '../grammar-words.ts';
import { imagePart, textPart } from './encode-user-parts.ts';
import type { Encoding } from './encoding.ts';
import type { FunctionCallPart, Part } from './schema.ts';
import { callSignatures, keptOf } from './signatures.ts';

/** What the model said and called, each signature on the part that it came on. */
export function encodeModelParts(message: Message, encoding: Encoding): readonly Part[] {
  const signatures = callSignatures(message, encoding.target);
  const parts: Part[] = [];
  for (const part of message.parts) {
    switch (part.type) {
      case 'text':
      case 'refusal':
        append(parts, textPart(part.text));
        break;
      case 'image':
        parts.push(imagePart(part, encoding));
        break;
      case 'reasoning':
        giveBack(part, parts, encoding);
        break;
      case 'tool-call':
        parts.push(functionCall(part, signatures.get(part.callId), encoding));
        break;
      case 'tool-result':
        // Pairing moved them into messages of their own.
        break;
      case 'opaque':
        if (part.protocol === 'gemini') parts.push({ kind: 'own', value: part.value });
        else
          encoding.losses.push({ path: encoding.path, why: `An item that only ${part.protocol} knows was left out.` });
        break;
      default:
        unreachable(part);
    }
  }
  return withFirstSigned(parts, encoding);
}

/** What a thought left behind. Its summary is for people: the signature holds the thinking itself. */
function giveBack(thought: ReasoningPart, parts: Part[], { target, path, losses }: Encoding): void {
  const kept = keptOf(thought, target);
  if (typeof kept === 'string') {
    losses.push({ path, why: kept });
    return;
  }
  switch (kept.of) {
    case 'call':
      // It goes onto its call, wherever that stands.
      break;
    case 'thought':
      parts.push({ kind: 'text', text: thought.texts.join(''), thought: true, thoughtSignature: kept.signature });
      break;
    case 'part':
      parts.push({ kind: 'own', value: kept.part });
      break;
    case 'text':
      signText(parts, kept.length, kept.signature);
      break;
    default:
      unreachable(kept);
  }
}

/** The last characters of the text before it are the part that was signed. Where that text is not what it was, the
 *  signature stands on a part of its own, as the API itself sends it when the text has gone out already. */
function signText(parts: Part[], length: number, signature: string): void {
  const last = parts.at(-1);
  if (length > 0 && last?.kind === 'text' && last.thoughtSignature === undefined && last.text.length >= length) {
    const head = last.text.slice(0, -length);
    parts.pop();
    if (head !== '') parts.push({ kind: 'text', text: head });
    parts.push({ kind: 'text', text: last.text.slice(-length), thoughtSignature: signature });
  } else parts.push({ kind: 'text', text: '', thoughtSignature: signature });
}

function functionCall(part: ToolCallPart, signature: string | undefined, encoding: Encoding): FunctionCallPart {
  return {
    kind: 'call',
    functionCall: {
      id: fitCallId(part.callId, encoding.target.dialect.tools.callId),
      name: encoding.names.wireName(part.name),
      args: part.kind === 'custom' ? { [FREEFORM_ARGUMENT]: part.input } : argumentsOf(part, encoding),
    },
    members: signature === undefined ? {} : { thoughtSignature: signature },
  };
}

function argumentsOf(part: ToolCallPart, { path, losses }: Encoding): JsonObject {
  if (part.input.trim() === '') return {};
  const value = parseJson(part.input);
  if (isJsonObject(value)) return value;
  losses.push({ path, why: `The arguments of ${part.callId} are no JSON object; they are sent as text.` });
  return { arguments: part.input };
}

/** The first call of a step must be signed. Calls that another model made, or another key, bear what the provider takes
 *  in a signature's place, where it takes anything.
 *  @see https://ai.google.dev/gemini-api/docs/thought-signatures */
function withFirstSigned(parts: readonly Part[], { target, path, losses }: Encoding): readonly Part[] {
  const stand = target.dialect.tools.callMembers;
  const at = parts.findIndex((part) => part.kind === 'call');
  const first = parts[at];
  const isSigned = first?.kind !== 'call' || first.members['thoughtSignature'] !== undefined;
  if (isSigned || stand === undefined || Object.keys(stand).length === 0) return parts;
  losses.push({ path, why: 'A call without its signature goes with the mark that the provider takes in its place.' });
  return parts.with(at, { ...first, members: stand });
}
