/** A process that records and then waits to be ended: `node record-and-wait.ts FILE COUNT kill|close`. It says `ready`
 *  once its entries are on the disk and one more is not. */
import { DatabaseSync } from 'node:sqlite';
import { openLedger } from '../ledger-writer.ts';
import { entryOf } from './entries.ts';

const [file = '', count = '0', ending] = process.argv.slice(2);
const opened = openLedger(file, { trouble: (problem) => console.error(problem.message) });
if (!opened.ok) throw new Error(opened.problem.message);
for (let index = 0; index < Number(count); index += 1) opened.ledger.record(entryOf({ requestId: `early-${index}` }));
if (ending === 'close') {
  opened.ledger.record(entryOf({ requestId: 'last' }));
  await opened.ledger.close();
  process.exit(0);
}
// Alive until it is killed.
setInterval(() => undefined, 1_000);
const beside = new DatabaseSync(file, { readOnly: true });
const poll = setInterval(() => {
  if (beside.prepare('select count(*) as written from requests').get()?.['written'] !== Number(count)) return;
  clearInterval(poll);
  opened.ledger.record(entryOf({ requestId: 'unflushed' }));
  console.log('ready');
}, 20);
