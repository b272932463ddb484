import { parentPort, workerData } from 'node:worker_threads';
import { type Finding, findingOf, minimised } from './findings.ts';
import { inputOf } from './input.ts';
import { allSubjects } from './subjects.ts';

/** @property only      part of a subject's name; empty: all.
 *  @property progress  one shared number: the input that is being fed, so that a hang has a name.
 *  @property known     keys of findings that were told already. */
export type FuzzOrder = {
  readonly seed: number;
  readonly from: number;
  readonly until: number;
  readonly deadline: number;
  readonly only: string;
  readonly known: readonly string[];
  readonly progress: SharedArrayBuffer;
};
export type FuzzFinding = Finding & {
  readonly subject: string;
  readonly number: number;
  readonly input: Uint8Array;
};

const MINIMISE_MS = 10_000;

const order: FuzzOrder = workerData;
const progress = new Int32Array(order.progress);
const known = new Set(order.known);
const subjects = (await allSubjects()).filter(({ name }) => name.includes(order.only));

for (let number = order.from; number < order.until && Date.now() < order.deadline; number += 1) {
  Atomics.store(progress, 0, number);
  const { subject, bytes, random } = inputOf(subjects, order.seed, number);
  const finding = await findingOf(subject, bytes, random());
  if (finding === undefined || known.has(finding.key)) continue;
  known.add(finding.key);
  const told = (input: Uint8Array): FuzzFinding => ({ ...finding, subject: subject.name, number, input });
  // Told before it is made smaller: a smaller one may hang.
  parentPort?.postMessage(told(bytes));
  parentPort?.postMessage(told(await minimised(subject, bytes, random, finding.key, MINIMISE_MS)));
}
