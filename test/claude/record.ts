import { writeFileSync } from 'node:fs';
import { claudeBinary } from './harness/claude.ts';
import { recordRequests } from './harness/record.ts';

const binary = claudeBinary();
if (binary === undefined) throw new Error('Claude Code is not installed for this platform.');
const file = new URL('fixtures/requests.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(await recordRequests(binary), null, 1)}\n`);
