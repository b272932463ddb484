import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ProcessRow, processesOf } from './processes.ts';

const row = (pid: number, parent: number, more: Partial<ProcessRow> = {}): ProcessRow => ({
  pid,
  parent,
  group: pid,
  marked: false,
  ...more,
});
const none = (): boolean => false;

test('a run is what descends from its first process, shares its group or bears its mark, with all below', () => {
  const rows = [
    row(1, 0),
    row(10, 1),
    row(11, 10),
    row(12, 11),
    row(20, 1, { group: 10 }),
    row(21, 20),
    row(30, 1, { marked: true }),
    row(31, 30),
    row(40, 1),
  ];
  assert.deepEqual(processesOf(rows, 10, none), [10, 11, 12, 20, 21, 30, 31]);
  // The number of a process that ended may be another's: without it the mark alone counts.
  assert.deepEqual(processesOf(rows, undefined, none), [30, 31]);
});

test('a gateway that the run brought up is spared, with all below', () => {
  const rows = [
    row(10, 1, { marked: true }),
    row(11, 10, { marked: true }),
    row(12, 11, { marked: true }),
    row(13, 10),
  ];
  assert.deepEqual(
    processesOf(rows, 10, (pid) => pid === 11),
    [10, 13],
  );
});
