import { join } from 'node:path';
import { isTable } from '../takeover/document.ts';
import { QUIET, readConfig } from './gateway-overrides.ts';

/** What Codex's own configuration lacks to keep its own calls on this machine, as lines for it: for a program that takes
 *  no `-c`. Empty: it is quiet. */
export function missingQuiet(codexHome: string): readonly string[] {
  const document = readConfig(join(codexHome, 'config.toml'));
  return QUIET.filter(([path, value]) => String(memberOf(document, path)) !== value).map(
    ([path, value]) => `${path} = ${value}`,
  );
}

function memberOf(document: { readonly [key: string]: unknown }, path: string): unknown {
  let node: unknown = document;
  for (const step of path.split('.')) node = isTable(node) ? node[step] : undefined;
  return node;
}
