import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { watchConfig } from './watch.ts';

type Watched = { readonly home: string; readonly next: () => Promise<string>; readonly seen: readonly string[] };

const MODEL = 'providers: { l: { preset: ollama } }\nmodels: [{ slug: one, provider: l }]\n';

/** Each change as one word: the first model, or what was refused. */
function watched(t: TestContext, prepare: (home: string) => void, named?: string): Watched {
  const home = mkdtempSync(join(tmpdir(), 'plugboard-watch-'));
  prepare(home);
  const seen: string[] = [];
  const waiting: ((word: string) => void)[] = [];
  const told = (word: string): void => {
    seen.push(word);
    waiting.shift()?.(word);
  };
  const source = { places: { home, codexHome: home }, environment: {} };
  const watcher = watchConfig(named === undefined ? source : { ...source, file: join(home, named) }, {
    changed: (snapshot) => told(snapshot.models[0]?.slug ?? 'no model'),
    refused: (error) => told(`refused: ${error.issues[0]?.message}`),
    blind: (_folder, error) => assert.fail(String(error)),
  });
  t.after(() => {
    watcher.close();
    rmSync(home, { recursive: true, force: true });
  });
  // The watcher does not keep the process alive, so the wait must.
  const next = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error('no change was seen')), 10_000);
      waiting.push((word) => {
        clearTimeout(limit);
        resolve(word);
      });
    });
  return { home, next, seen };
}

test('written, renamed into place, broken, deleted: each is told once, and only the good ones change anything', async (t) => {
  const { home, next, seen } = watched(t, (place) => writeFileSync(join(place, 'config.yaml'), MODEL));
  const file = join(home, 'config.yaml');
  let told = next();
  writeFileSync(file, MODEL.replace('one', 'two'));
  assert.equal(await told, 'two');

  told = next();
  writeFileSync(`${file}.new`, MODEL.replace('one', 'three'));
  renameSync(`${file}.new`, file);
  assert.equal(await told, 'three');

  told = next();
  writeFileSync(file, `${MODEL}nonsense: 1\n`);
  assert.equal(await told, 'refused: unknown key "nonsense".');

  told = next();
  rmSync(file);
  assert.match(await told, /refused: .*is gone/);

  told = next();
  writeFileSync(file, MODEL.replace('one', 'four'));
  assert.equal(await told, 'four');
  assert.equal(seen.length, 5);
});

test('a first file and a .env are seen as well', async (t) => {
  const { home, next } = watched(t, () => undefined);
  let told = next();
  writeFileSync(join(home, 'config.yaml'), 'providers: { g: { preset: groq } }\nmodels: [{ slug: g, provider: g }]\n');
  assert.equal(await told, 'no model');
  told = next();
  writeFileSync(join(home, '.env'), 'GROQ_API_KEY=k\n');
  assert.equal(await told, 'g');
});

test('a change behind a link is seen', {
  skip: process.platform === 'win32' && 'links need rights on Windows',
}, async (t) => {
  const other = mkdtempSync(join(tmpdir(), 'plugboard-dotfiles-'));
  t.after(() => rmSync(other, { recursive: true, force: true }));
  writeFileSync(join(other, 'mine.yaml'), MODEL);
  const { next } = watched(t, (home) => symlinkSync(join(other, 'mine.yaml'), join(home, 'config.yaml')));
  const told = next();
  writeFileSync(join(other, 'mine.yaml'), MODEL.replace('one', 'two'));
  assert.equal(await told, 'two');
});

test("the user's own presets are watched too, with the place of what is wrong in them", async (t) => {
  const preset = (url: string): string => JSON.stringify({ protocol: 'openai-chat', baseUrl: url });
  const { home, next } = watched(t, (place) => {
    mkdirSync(join(place, 'presets'));
    writeFileSync(join(place, 'presets', 'mine.json'), preset('https://one.example/v1'));
    writeFileSync(join(place, 'config.yaml'), MODEL.replace('ollama', 'mine'));
  });
  let told = next();
  writeFileSync(join(home, 'presets', 'mine.json'), preset('https://two.example/v1'));
  assert.equal(await told, 'one');
  told = next();
  writeFileSync(join(home, 'presets', 'mine.json'), preset('nowhere'));
  assert.match(await told, /^refused: .*mine\.json:1:\d+: baseUrl: /);
});
