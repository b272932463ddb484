/** The gateway from its sources, as `bin/plugboard.js` runs it from the bundle. */
import { run } from '../../../src/main.ts';

await run(process.argv.slice(2));
