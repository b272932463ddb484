import { freeformDescription } from './grammar-words.ts';
import type { ClientTool } from './tool-names.ts';

/** What the model is told of each tool of one request. A namespace's own description stands before that of its first
 *  tool, since protocols without namespaces have no other place for it. */
export function toolDescriptions(): (tool: ClientTool) => string {
  const described = new Set<string>();
  return (tool) => {
    const own = tool.kind === 'custom' ? freeformDescription(tool) : (tool.description ?? '');
    const { namespace } = tool.name;
    if (tool.kind === 'search' || namespace === undefined || described.has(namespace)) return own;
    described.add(namespace);
    return [tool.namespaceDescription ?? '', own].filter((text) => text !== '').join('\n\n');
  };
}
