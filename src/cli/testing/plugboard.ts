/** The program from its sources: what `bin/plugboard.js` is to the bundle. */
import { run } from '../../main.ts';

await run(process.argv.slice(2));
