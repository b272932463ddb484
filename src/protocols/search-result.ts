import { isJsonObject, type JsonObject, parseJson } from '../ir/json.ts';
import type { ToolName, ToolResultPart } from '../ir/request.ts';
import type { ToolNames } from './tool-names.ts';

/** The declarations that a client's tool search came back with, as the client sent them. */
export function searchedTools(result: ToolResultPart): readonly JsonObject[] {
  const [part] = result.content;
  const tools = part?.type === 'text' ? parseJson(part.text) : undefined;
  return Array.isArray(tools) ? tools.filter(isJsonObject) : [];
}

/** What a model is told of them where they stand in its list of tools already, under flat names: how to call each. */
export function searchedToolWords(result: ToolResultPart, names: Pick<ToolNames, 'wireName'>): string {
  const [said] = result.content;
  // Words instead of declarations: what an interrupted search is answered with.
  if (said?.type === 'text' && parseJson(said.text) === undefined) return said.text;
  const lines = searchedTools(result).flatMap((tool) => {
    const { name, tools: inner } = tool;
    if (typeof name !== 'string') return [];
    if (!Array.isArray(inner)) return [line({ name }, tool, names)];
    return inner
      .filter(isJsonObject)
      .flatMap((one) =>
        typeof one['name'] === 'string' ? [line({ name: one['name'], namespace: name }, one, names)] : [],
      );
  });
  return lines.length === 0 ? 'No tool was found.' : `These tools can be called from now on:\n${lines.join('\n')}`;
}

function line(name: ToolName, { description }: JsonObject, names: Pick<ToolNames, 'wireName'>): string {
  const about = typeof description === 'string' && description !== '' ? `: ${description}` : '';
  return `- ${names.wireName(name)}${about}`;
}
