import type { Path } from './document.ts';
import type { Environment } from './environment.ts';

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** A variable that has no value and no default, and where it is named. @property empty  it is set, but to nothing. */
export type UnsetVariable = { readonly path: Path; readonly name: string; readonly empty: boolean };

/** Puts variables in every text of a tree. A variable that has no value stays as it is written.
 *  @param value  plain values, as YAML gives them. */
export function expandVariables(
  value: unknown,
  environment: Environment,
): { readonly value: unknown; readonly unset: readonly UnsetVariable[] } {
  const unset: UnsetVariable[] = [];
  const walk = (node: unknown, path: Path): unknown => {
    if (typeof node === 'string') {
      return node.replaceAll(VARIABLE, (written: string, name: string, fallback: string | undefined) => {
        const found = environment[name];
        if (found !== undefined && found !== '') return found;
        if (fallback !== undefined) return fallback;
        unset.push({ path, name, empty: found === '' });
        return written;
      });
    }
    if (Array.isArray(node)) return node.map((item: unknown, index) => walk(item, [...path, index]));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  return { value: walk(value, []), unset };
}

export function namesVariable(text: string): boolean {
  return new RegExp(VARIABLE.source).test(text);
}
