import type { ToolNames } from '../tool-names.ts';

/** The table of names with names that the API takes: they begin with a letter or an underscore.
 *  @see https://ai.google.dev/api/caching#FunctionDeclaration */
export function functionNames(names: ToolNames): ToolNames {
  const given = new Map<string, string>();
  const fit = (name: string): string => {
    if (/^[A-Za-z_]/.test(name)) return name;
    const fitted = `_${name}`;
    given.set(fitted, name);
    return fitted;
  };
  return {
    offered: names.offered.map(({ wireName, tool }) => ({ wireName: fit(wireName), tool })),
    wireName: (name) => fit(names.wireName(name)),
    lookup: (wireName) => names.lookup(given.get(wireName) ?? wireName),
  };
}
