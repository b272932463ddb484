import { MARK } from './mark.ts';

/** A listing of files: paths by their folder, names that count on as one, a tree by its depth. Nothing of it is lost. */
export function compressListing(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  if (lines.some((line) => TREE.test(line)))
    return `${MARK}a tree; each level is one space.]\n${lines.map(asDepth).join('\n')}`;
  const out: string[] = [];
  let folder: string | undefined;
  let names: string[] = [];
  function close(): void {
    if (folder !== undefined && names.length === 1) out.push(`${folder}${names[0]}`);
    else if (folder !== undefined) out.push(`${folder}: ${folded(names).join(' ')}`);
    folder = undefined;
    names = [];
  }
  for (const line of lines) {
    const [, path, name] = PATH.exec(line) ?? [];
    if (path === undefined || name === undefined) {
      close();
      out.push(line);
      continue;
    }
    if (path !== folder) close();
    folder = path;
    names.push(name);
  }
  close();
  return `${MARK}paths by folder: "folder/: names"; {a..b}: each number between.]\n${out.join('\n')}`;
}

/** A path without spaces, of which the names can stand side by side. */
const PATH = /^((?:\.{0,2}\/)?(?:[^\s/:]+\/)+)([^\s/:]+)$/u;
const TREE = /^(?:[│ ] {3}|\| {3})*(?:[├└]──|\|--|`--) /u;
const BRANCH = /^((?:[│|\u00a0 ][\u00a0 ]{3})*)(?:[├└]── ?|\|-- |`-- )/u;

function asDepth(line: string): string {
  const [branch, before = ''] = BRANCH.exec(line) ?? [];
  return branch === undefined ? line : ' '.repeat(before.length / 4 + 1) + line.slice(branch.length);
}

const LEAST_RUN = 3;
/** In characters. A longer name is no numbered one, and to look for its number takes time that grows with its square. */
const LONGEST_NAME = 200;

/** `a1.png a2.png a3.png` as `a{1..3}.png`. */
function folded(names: readonly string[]): readonly string[] {
  const out: string[] = [];
  for (let at = 0; at < names.length; ) {
    const first = names[at] ?? '';
    const numbered = first.length > LONGEST_NAME ? null : /^(.*?)(\d+)(\D*)$/u.exec(first);
    let end = at + 1;
    if (numbered !== null) {
      const [, before = '', digits = '', after = ''] = numbered;
      while (end < names.length && names[end] === before + counting(digits, end - at) + after) end += 1;
      if (end - at >= LEAST_RUN) {
        out.push(`${before}{${digits}..${counting(digits, end - at - 1)}}${after}`);
        at = end;
        continue;
      }
    }
    out.push(first);
    at += 1;
  }
  return out;
}

/** So many numbers on, as wide as before. */
function counting(digits: string, by: number): string {
  return String(BigInt(digits) + BigInt(by)).padStart(digits.length, '0');
}
