import { possibleTargets } from '../src/cli/init/alias-needs.ts';
import { ALIASES, type Alias } from '../src/cli/init/aliases.ts';

const BEGIN = '<!-- made by npm run routes -->';
const END = '<!-- end -->';

/** The page with the table of aliases as the data has it; the words around it are a person's. */
export function withAliasTable(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) throw new RangeError(`the page lacks ${BEGIN} or ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n${aliasTable()}${page.slice(end)}`;
}

function aliasTable(): string {
  const head =
    '| alias | for | strategy | targets, in order | variables: one of a target suffices |\n|---|---|---|---|---|\n';
  return `${head}${ALIASES.map(row).join('')}`;
}

function row(alias: Alias): string {
  const targets = possibleTargets(alias);
  const names = targets.map(({ name }) => (/[ ]/.test(name) ? name : `\`${name}\``));
  const variables = [...new Set(targets.flatMap((target) => target.variables))].map((name) => `\`${name}\``);
  return `| \`${alias.slug}\` | ${alias.meaning} | ${alias.strategy} | ${counted(alias)}${names.join(', ')} | ${variables.join(', ') || 'none'} |\n`;
}

/** How many of them one route has at most. */
function counted(alias: Alias): string {
  const [most] = alias.targets.flatMap((choice) => (choice.of === 'each' ? [choice.atMost] : []));
  return most === undefined ? '' : `the first ${most} that are there of: `;
}
