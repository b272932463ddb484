import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { configToml } from '../testing/config-toml.ts';
import { Killed, type MemoryFiles, memoryFiles } from '../testing/memory-files.ts';
import type { FilePort } from './file-port.ts';
import { isMarked } from './marks.ts';
import type { TakeoverFacts } from './take.ts';
import { disable, enable, recover } from './takeover.ts';

const places = { home: join('/home'), codexHome: join('/codex') };
const CONFIG = join('/codex', 'config.toml');
const facts = (model: string): TakeoverFacts => ({
  model,
  entry: {
    baseUrl: 'http://127.0.0.1:38440/v1',
    auth: { kind: 'command', command: '/usr/bin/node', args: ['/opt/plugboard.js', 'token', '--start'] },
  },
});

function machine(text: string | undefined, mode = 0o640): MemoryFiles {
  const files = memoryFiles();
  if (text === undefined) return files;
  files.folders.add(places.codexHome);
  files.content.set(CONFIG, { bytes: Buffer.from(text), mode });
  return files;
}

const textOf = (files: MemoryFiles): string | undefined => {
  const file = files.content.get(CONFIG);
  return file && Buffer.from(file.bytes).toString('utf8');
};

function assertAsBefore(files: MemoryFiles, text: string | undefined, mode = 0o640): void {
  assert.equal(textOf(files), text);
  if (text !== undefined) assert.equal(files.content.get(CONFIG)?.mode, mode);
  assert.deepEqual(
    [...files.content.keys()].filter((path) => path !== CONFIG),
    [],
    'nothing of ours is left',
  );
}

/** The configuration is the original, or one in which Codex finds the gateway. */
function assertWorks(files: MemoryFiles, original: string | undefined): void {
  const text = textOf(files);
  if (text === original) return;
  assert.ok(text !== undefined && isMarked(text));
  const document = parse(text.replace('\uFEFF', ''));
  assert.equal(document['model_provider'], 'plugboard');
  assert.match(JSON.stringify(document['model_providers']), /"plugboard":.*"token","--start"/);
}

/** Runs until it is done or dead. @returns how it ended. */
function run(command: (port: FilePort) => unknown, files: MemoryFiles, changes: number): 'done' | 'killed' {
  try {
    command(files.mortal(changes));
    return 'done';
  } catch (error) {
    if (error instanceof Killed) return 'killed';
    throw error;
  }
}

const texts = fc.option(configToml(), { nil: undefined, freq: 12 });
const killPoint = fc.nat({ max: 14 });

test('killed while it takes over, Codex works or has its original, and disable gives it back', () =>
  fc.assert(
    fc.property(texts, killPoint, killPoint, (text, first, second) => {
      const files = machine(text);
      run((port) => enable(places, facts('a'), { files: port }), files, first);
      assertWorks(files, text);
      run((port) => recover(places, port), files, second);
      assertWorks(files, text);
      disable(places, files.port);
      assertAsBefore(files, text);
    }),
    { numRuns: 400 },
  ));

test('killed while it changes or ends a takeover, the same', () =>
  fc.assert(
    fc.property(texts, killPoint, killPoint, (text, first, second) => {
      const files = machine(text);
      enable(places, facts('a'), { files: files.port });
      run((port) => enable(places, facts('b'), { files: port }), files, first);
      assertWorks(files, text);
      run((port) => disable(places, port), files, second);
      assertWorks(files, text);
      disable(places, files.port);
      assertAsBefore(files, text);
    }),
    { numRuns: 400 },
  ));

/** What a user or Codex itself does to the file meanwhile, and what that makes of the original. */
const EDITS: readonly ((text: string) => string)[] = [
  (text) => text.replace(/^\uFEFF?/, (mark) => `${mark}# mine\nuser_key = "kept"\n`),
  (text) => `${text.replace(/[^\n]$/, '$&\n')}\n[projects."/new"]\ntrust_level = "trusted"\n`,
  (text) => text.replace('approval_policy = "never"', 'approval_policy = "on-request" # changed'),
];

test('edits made meanwhile survive, whichever command is killed', () =>
  fc.assert(
    fc.property(configToml(), fc.subarray([...EDITS]), killPoint, killPoint, (text, edits, first, second) => {
      const edit = (before: string): string => edits.reduce((edited, change) => change(edited), before);
      const files = machine(text);
      run((port) => enable(places, facts('a'), { files: port }), files, first);
      const now = edit(textOf(files) ?? '');
      files.content.set(CONFIG, { bytes: Buffer.from(now), mode: 0o640 });
      run((port) => disable(places, port), files, second);
      disable(places, files.port);
      // A line end that the file lacked may be there now.
      const ended = (value: string): string => value.replace(/[^\n]$/, '$&\n').replaceAll('\r\n', '\n');
      assert.equal(ended(textOf(files) ?? ''), ended(edit(text)));
    }),
    { numRuns: 400, examples: [['\uFEFF', EDITS.slice(0, 1), 7, 0]] },
  ));

test('a second enable changes nothing, a second disable neither', () =>
  fc.assert(
    fc.property(texts, (text) => {
      const files = machine(text);
      assert.equal(enable(places, facts('a'), { files: files.port }).changed, true);
      assert.equal(enable(places, facts('a'), { files: files.port }).changed, false);
      assert.equal(disable(places, files.port).changed, true);
      assert.equal(disable(places, files.port).changed, false);
      assertAsBefore(files, text);
    }),
    { numRuns: 100 },
  ));

test('the marks alone are enough when our notes are lost', () =>
  fc.assert(
    fc.property(configToml(), (text) => {
      const files = machine(text);
      enable(places, facts('a'), { files: files.port });
      for (const path of files.content.keys()) if (path.startsWith(places.home)) files.content.delete(path);
      disable(places, files.port);
      const ended = (value: string): string => value.replace(/[^\n]$/, '$&\n').replaceAll('\r\n', '\n');
      assert.equal(ended(textOf(files) ?? ''), ended(text));
    }),
    { numRuns: 100 },
  ));
