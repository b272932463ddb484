import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a model's own words may break, and a provider's own blobs: passed on honestly, so not held against us. */
const IGNORED = 'ARGS_JSON,ARGS_NOT_OBJECT,DELTA_FFFD,FINAL_ENCRYPTED';

/** @property mayFail  the upstream failed on purpose. */
export type JudgedStream = { readonly name: string; readonly text: string; readonly mayFail: boolean };

/** @param judge  its file in `../shared/judge`. */
export function judgeStreams(judge: string, streams: readonly JudgedStream[]): void {
  const script = fileURLToPath(new URL(`../../../shared/judge/${judge}`, import.meta.url));
  if (!existsSync(script)) {
    console.log("not run: the judge of the gateway's replies because ../shared is missing");
    return;
  }
  const directory = mkdtempSync(join(tmpdir(), 'plugboard-judge-'));
  try {
    for (const mayFail of [false, true]) {
      const files = streams
        .filter((stream) => stream.mayFail === mayFail)
        .map(({ name, text }, index) => {
          const file = join(directory, `${index}-${name.replace(/[^\w]+/g, '-')}.sse`);
          writeFileSync(file, text);
          return file;
        });
      if (files.length === 0) continue;
      const flags = ['--strict', '--ignore', IGNORED, ...(mayFail ? ['--allow-failed'] : [])];
      const run = spawnSync(process.execPath, [script, ...flags, ...files], { encoding: 'utf8', maxBuffer: 1 << 26 });
      assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
