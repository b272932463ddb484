import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { ConfigIssue } from './issues.ts';

export type Path = readonly (string | number)[];
export type Position = { readonly line: number; readonly column: number };

/** A YAML text as plain values, with the place of each.
 *  @property at  the position of a key (`key`) or its value; of the nearest parent that is there, where it is not. */
export type SourceDocument = {
  readonly value: unknown;
  readonly at: (path: Path, part: 'key' | 'value') => Position;
};

/** @returns the issues alone where the text is no YAML. Key order and duplicates are YAML's own law: a key that comes
 *  twice is refused. */
export function readDocument(text: string): SourceDocument | { readonly issues: readonly ConfigIssue[] } {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: 'error',
  });
  if (document.errors.length > 0) {
    const lines = text.split('\n');
    const issues = document.errors.map((error): ConfigIssue => {
      const { line, col } = counter.linePos(error.pos[0]);
      // The parser quotes the text that it stumbled over, which may be a key.
      const what = error.message.replace(/: ".*$/s, '');
      return { line, column: col, path: '', message: `no valid YAML: ${what}.`, mend: yamlMend(lines[line - 1] ?? '') };
    });
    // What follows the first error of a line comes from it.
    return {
      issues: issues.filter((issue, index) => issues.findIndex((other) => other.line === issue.line) === index),
    };
  }
  const position = (offset: number): Position => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    return {
      value: document.toJS({ maxAliasCount: 100 }) ?? {},
      at: (path, part) => position(offsetOf(document, path, part)),
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'the text cannot be resolved';
    return { issues: [{ line: 1, column: 1, path: '', message: `no valid YAML: ${message}.`, mend: '' }] };
  }
}

function yamlMend(line: string): string {
  if (/[^"']\$\{/.test(line)) return 'Put the text that holds the variable in quotes.';
  if (line.includes('\t')) return 'Indent with spaces, not with tabs.';
  return '';
}

function offsetOf(document: Document, path: Path, part: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => (isScalar(item.key) ? String(item.key.value) : undefined) === String(step),
      );
      if (pair === undefined) return offset;
      const key = startOf(pair.key) ?? offset;
      offset = last && part === 'value' ? (startOf(pair.value) ?? key) : key;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
