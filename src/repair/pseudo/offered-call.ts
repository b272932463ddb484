import { isJsonObject, type Json, type JsonObject, parseJson } from '../../ir/json.ts';
import type { ToolCallKind, ToolDefinition, ToolName } from '../../ir/request.ts';
import { PYTHON } from '../mend-text.ts';
import { schemaReader, typeOf } from '../schema.ts';
import { sharedSchema } from '../tool-schemas.ts';
import type { WrittenCall } from './written-call.ts';

/** A tool of the request under the name that the model was given. */
export type OfferedTool = {
  readonly kind: ToolCallKind;
  readonly name: ToolName;
  readonly parameters: JsonObject | null;
};

export type OfferedCall = { readonly tool: OfferedTool; readonly input: string };

/** @property freeform  the argument in which a freeform tool's text stands. */
export type OfferedTools = {
  readonly find: (wireName: string) => OfferedTool | undefined;
  readonly freeform: string;
};

export function offeredTool(tool: Exclude<ToolDefinition, { readonly kind: 'hosted' }>): OfferedTool {
  const parameters =
    tool.kind === 'custom' || tool.parameters === null ? null : (sharedSchema(tool.parameters) ?? null);
  return { kind: tool.kind, name: tool.name, parameters };
}

/** What a model wrote as the call of a tool that it was offered; undefined where it was not, or cannot be meant. */
export function offeredCall(written: WrittenCall, tools: OfferedTools): OfferedCall | undefined {
  const tool = tools.find(written.name) ?? tools.find(written.name.replace(/^functions\./, ''));
  if (tool === undefined) return undefined;
  if (tool.kind === 'custom') {
    const input = freeformText(written, tools.freeform);
    return input === undefined ? undefined : { tool, input };
  }
  if (typeof written.input === 'string') return { tool, input: written.input.trim() };
  const members = { ...written.input, ...typed(written.texts ?? {}, tool.parameters ?? {}) };
  return { tool, input: JSON.stringify(members) };
}

function freeformText({ input, texts }: WrittenCall, argument: string): string | undefined {
  // Raw text, as the tool takes it, needs no JSON around it.
  const members = typeof input === 'string' ? (parseJson(input) ?? input) : { ...input, ...texts };
  if (typeof members === 'string') return members;
  if (!isJsonObject(members)) return undefined;
  const [only, second] = Object.values(members);
  const text = members[argument] ?? (second === undefined ? only : undefined);
  return typeof text === 'string' ? text : undefined;
}

/** Texts of arguments as what their schema wants: a text where one may stand, else the JSON that it holds. */
function typed(texts: { readonly [name: string]: string }, parameters: JsonObject): JsonObject {
  const reader = schemaReader(parameters);
  const typedOne = ([name, text]: readonly [string, string]): readonly [string, Json] => {
    const types = reader.types(reader.member(parameters, name));
    const value = types.includes('string') ? undefined : parseJson(PYTHON.get(text.trim()) ?? text);
    return [name, value !== undefined && types.includes(typeOf(value)) ? value : text];
  };
  return Object.fromEntries(Object.entries(texts).map(typedOne));
}
