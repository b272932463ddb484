/** Feeds every decoder with changed fixtures: `npm run fuzz -- --minutes 60 --seed N`.
 *  A finding is printed with what makes it again (`--seed N --at NUMBER`), and its least input is kept in `fuzz-findings/`.
 *  `--from NUMBER` begins there. `--only WORD` feeds those alone whose name holds the word. Ends with status 1 after any finding. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { FuzzFinding, FuzzOrder } from '../test/robust/fuzz-worker.ts';
import { inputOf } from '../test/robust/input.ts';
import { allSubjects } from '../test/robust/subjects.ts';

const FOLDER = 'fuzz-findings';
/** An input that is fed for so long hangs, in ms. */
const HANG_MS = 60_000;
/** Heap of the process that is fed: no input of a megabyte may need more. */
const MAX_HEAP_MB = 768;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
    at: { type: 'string' },
    from: { type: 'string', default: '0' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const first = Number(values.at ?? values.from);
const until = values.at === undefined ? 2 ** 31 - 1 : first + 1;
const deadline = Date.now() + Number(values.minutes) * 60_000;
const started = Date.now();
const known = new Set<string>();
const progress = new SharedArrayBuffer(4);

console.log(`seed ${seed}`);
let from = first;
while (from < until && Date.now() < deadline) from = await feed(from);
const count = from - first;
console.log(`${count} inputs in ${Math.round((Date.now() - started) / 1_000)} s, ${known.size} findings`);
process.exit(known.size === 0 ? 0 : 1);

/** One process that is fed from `start` on, until it is done or lost. @returns the number to go on with. */
function feed(start: number): Promise<number> {
  const order: FuzzOrder = { seed, from: start, until, deadline, only: values.only, known: [...known], progress };
  const worker = new Worker(new URL('../test/robust/fuzz-worker.ts', import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const at = new Int32Array(progress);
  Atomics.store(at, 0, start);
  const { promise, resolve } = Promise.withResolvers<number>();
  let seen = start;
  let since = Date.now();
  const watch = setInterval(() => {
    const number = Atomics.load(at, 0);
    if (number !== seen) {
      seen = number;
      since = Date.now();
    } else if (Date.now() - since > HANG_MS) void worker.terminate();
  }, 1_000);
  let trouble: string | undefined;
  worker.on('message', (finding: FuzzFinding) => tell(finding));
  worker.on('error', (error) => {
    trouble = error instanceof Error ? (error.stack ?? error.message) : String(error);
  });
  worker.on('exit', (status) => {
    clearInterval(watch);
    const number = Math.max(Atomics.load(at, 0), start);
    if (trouble === undefined && status === 0) resolve(number + 1);
    else void lost(number, trouble ?? 'it hangs').then(() => resolve(number + 1));
  });
  return promise;
}

async function lost(number: number, message: string): Promise<void> {
  const subjects = (await allSubjects()).filter(({ name }) => name.includes(values.only));
  const { subject, bytes } = inputOf(subjects, seed, number);
  tell({ key: `${subject.name} ${message.slice(0, 80)}`, message, subject: subject.name, number, input: bytes });
}

/** A finding comes once as it was met, and again when it has been made smaller. */
function tell(finding: FuzzFinding): void {
  const isKnown = known.has(finding.key);
  known.add(finding.key);
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}/${finding.subject.replaceAll('/', '-')}-${seed}-${finding.number}`;
  writeFileSync(`${file}.bin`, finding.input);
  if (isKnown) return;
  writeFileSync(`${file}.txt`, `${finding.message}\n`);
  const only = values.only === '' ? '' : ` --only ${values.only}`;
  console.log(`\n${finding.subject}: --seed ${seed} --at ${finding.number}${only}, kept in ${file}.bin`);
  console.log(finding.message.split('\n').slice(0, 12).join('\n'));
}
