import { createHash } from 'node:crypto';
import type { InferenceRequest, ToolCallKind, ToolDefinition, ToolName } from '../ir/request.ts';

/** A tool that the client runs, under the flat name that it bears on the wire. */
export type OfferedTool = { readonly wireName: string; readonly tool: ClientTool };
export type ClientTool = Exclude<ToolDefinition, { readonly kind: 'hosted' }>;

/** A tool as the client knows it. */
export type NamedTool = { readonly kind: ToolCallKind; readonly name: ToolName };

/** Both directions between the client's tool names and the flat names of protocols without namespaces.
 *  @property offered   the client's tools in the order given, each once.
 *  @property wireName  also for tools that only the history still knows.
 *  @property lookup    also of a name that the model wrote in another way (`ns.name`, or `name` alone where only one
 *                      tool bears it). One that it made up comes back as a function of that name. */
export type ToolNames = {
  readonly offered: readonly OfferedTool[];
  readonly wireName: (name: ToolName) => string;
  readonly lookup: (wireName: string) => NamedTool;
};

/** The table of one request. Names that are valid as they stand keep themselves; the others are flattened
 *  (`namespace__name`), cleaned, shortened and made unlike each other, always the same way for the same request.
 *  @param maxLength  in characters. */
export function toolNames(request: Pick<InferenceRequest, 'tools' | 'messages'>, maxLength: number): ToolNames {
  const wireNames = new Map<string, string>();
  const tools = new Map<string, NamedTool>();
  const add = (name: ToolName, kind: ToolCallKind): string => {
    const wireName = freeName(name, maxLength, (candidate) => tools.has(candidate));
    wireNames.set(identity(name), wireName);
    tools.set(wireName, { kind, name });
    return wireName;
  };

  const offers = new Map<string, ClientTool>();
  for (const tool of request.tools) {
    if (tool.kind !== 'hosted' && !offers.has(identity(tool.name))) offers.set(identity(tool.name), tool);
  }
  // What a search found comes last: it must not take the name that an earlier request gave to another tool.
  const fixed = [...offers.values()].filter((tool) => !isFound(tool));
  const found = [...offers.values()].filter(isFound);
  for (const group of [fixed, found]) {
    // Names that need no change come first, so that no flattened one takes theirs.
    for (const tool of group) if (isPlain(tool.name, maxLength)) add(tool.name, tool.kind);
    for (const tool of group) if (!wireNames.has(identity(tool.name))) add(tool.name, tool.kind);
  }
  for (const message of request.messages) {
    for (const part of message.parts) {
      if (part.type === 'tool-call' && !wireNames.has(identity(part.name))) add(part.name, part.kind);
    }
  }

  const variants = variantsOf([...offers.values()]);
  const wireName = (name: ToolName): string => wireNames.get(identity(name)) ?? add(name, 'function');
  return {
    offered: [...offers.values()].map((tool) => ({ wireName: wireName(tool.name), tool })),
    wireName,
    lookup: (wire) => tools.get(wire) ?? variants.get(wire) ?? { kind: 'function', name: { name: wire } },
  };
}

/** The client's tool search brought it in the course of the conversation. */
export function isFound(tool: ClientTool): boolean {
  return tool.kind !== 'search' && tool.found === true;
}

/** Other ways in which models write the names of namespaced tools, where they can mean one tool only. */
function variantsOf(offers: readonly ClientTool[]): ReadonlyMap<string, NamedTool> {
  const variants = new Map<string, NamedTool>();
  const ambiguous = new Set<string>();
  for (const { kind, name } of offers) {
    if (name.namespace === undefined) continue;
    const { namespace, name: own } = name;
    for (const variant of [own, `${namespace}.${own}`, `${namespace}/${own}`, `${namespace}:${own}`]) {
      if (variants.has(variant)) ambiguous.add(variant);
      variants.set(variant, { kind, name });
    }
  }
  for (const variant of ambiguous) variants.delete(variant);
  return variants;
}

/** A table without tools, for replies whose request is not known: every name is its own. */
export const NO_TOOL_NAMES: Pick<ToolNames, 'lookup'> = {
  lookup: (wireName) => ({ kind: 'function', name: { name: wireName } }),
};

/** A string that no other tool of the request has. */
function identity(name: ToolName): string {
  return name.namespace === undefined ? name.name : `${name.namespace}\u0000${name.name}`;
}

function isPlain(name: ToolName, maxLength: number): boolean {
  return name.namespace === undefined && name.name.length <= maxLength && /^[A-Za-z0-9_-]+$/.test(name.name);
}

function freeName(name: ToolName, maxLength: number, taken: (candidate: string) => boolean): string {
  const whole = name.namespace === undefined ? name.name : `${name.namespace}__${name.name}`;
  const flat = whole.replace(/[^A-Za-z0-9_-]/gu, '_');
  if (flat !== '' && flat.length <= maxLength && !taken(flat)) return flat;
  for (let salt = 0; ; salt += 1) {
    const digest = createHash('sha256')
      .update(`${salt} ${identity(name)}`)
      .digest('hex')
      .slice(0, 8);
    const candidate = `${flat.slice(0, Math.max(0, maxLength - 9))}_${digest}`;
    if (!taken(candidate)) return candidate;
  }
}
