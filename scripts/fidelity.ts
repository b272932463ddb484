/** Prints what becomes of each feature between each pair of protocols, and writes it as `docs/fidelity.md`. */
import { writeFileSync } from 'node:fs';
import { fidelityPage } from '../test/fidelity/page.ts';

const page = fidelityPage();
writeFileSync('docs/fidelity.md', page);
console.log(page);
