/** Writes docs/presets.md from the presets: `npm run presets`. A test fails where the page is behind its data. */
import { writeFileSync } from 'node:fs';
import { presetsPage } from './presets-page.ts';

writeFileSync('docs/presets.md', presetsPage());
