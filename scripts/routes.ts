/** Writes the table of aliases into docs/routes.md: `npm run routes`. A test fails where the page is behind its data. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withAliasTable } from './routes-page.ts';

const PAGE = 'docs/routes.md';
writeFileSync(PAGE, withAliasTable(readFileSync(PAGE, 'utf8')));
