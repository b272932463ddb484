import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderFor } from '../testing/folder.ts';
import { endProcesses, runningProcesses } from './processes.ts';
import { type CommandRun, runCommand } from './run-command.ts';

const posix = { skip: process.platform === 'win32' ? 'POSIX shells' : false };
let runs = 0;

function commandOf(
  command: CommandRun['command'],
  more: Partial<CommandRun> = {},
): CommandRun & { said: () => string } {
  let text = '';
  runs += 1;
  return {
    command,
    directory: process.cwd(),
    environment: { PATH: process.env['PATH'] ?? '' },
    limitMs: 20_000,
    stop: new AbortController().signal,
    marks: { run: `test-${process.pid}-${runs}`, spare: () => false },
    say: (more) => {
      text += more;
    },
    said: () => text,
    ...more,
  };
}

const left = async ({ marks }: CommandRun): Promise<number> =>
  (await runningProcesses((run) => run === marks.run)).filter((row) => row.marked).length;

test('a command has its input, its status, and what it writes is heard', posix, async () => {
  const run = commandOf('cat; echo trouble >&2; exit 3', { input: 'hello' });
  const end = await runCommand(run);
  assert.equal(end.type === 'ended' && end.exit, 3);
  assert.match(run.said(), /hello/);
  assert.match(run.said(), /trouble/);
});

test('one that cannot be started says so', async (t) => {
  const end = await runCommand(commandOf(['no-such-program-anywhere'], { directory: folderFor(t) }));
  assert.equal(end.type, 'not-started');
});

test(
  'past its time the whole tree is ended: children, deaf ones, and what left for a session of its own',
  posix,
  async () => {
    const script =
      "trap '' TERM; (setsid sleep 3131 &) ; sh -c \"trap '' TERM; sleep 3132 & wait; sleep 3133\" & sleep 3134; sleep 3135";
    const run = commandOf(script, { limitMs: 400 });
    const end = await runCommand(run);
    assert.equal(end.type, 'late');
    assert.equal(await left(run), 0);
  },
);

test('the word to stop ends it too, also before it began', posix, async () => {
  const controller = new AbortController();
  const run = commandOf('sleep 3136 & sleep 3137', { stop: controller.signal });
  setTimeout(() => controller.abort(), 200);
  assert.equal((await runCommand(run)).type, 'stopped');
  assert.equal(await left(run), 0);
  assert.equal((await runCommand(run)).type, 'stopped');
});

test('what a command leaves behind does not hold it up, lives on, and is found by its mark', posix, async () => {
  const run = commandOf('sleep 3138 & exit 0');
  const began = performance.now();
  const end = await runCommand(run);
  assert.equal(end.type === 'ended' && end.exit, 0);
  assert.ok(performance.now() - began < 5_000);
  await sleep(50);
  assert.equal(await left(run), 1);
  await endProcesses(undefined, run.marks);
  assert.equal(await left(run), 0);
});
