import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const JUDGE = fileURLToPath(new URL('../../../../shared/judge/validate.mjs', import.meta.url));

/** What a model's own words may break, and a provider's own blobs: passed on honestly, so not held against us. */
const IGNORED = 'ARGS_JSON,ARGS_NOT_OBJECT,DELTA_FFFD,FINAL_ENCRYPTED';

export type JudgedReply = { readonly name: string; readonly bytes: Buffer; readonly mayFail: boolean };

/** Every stream on /v1/responses as the strict judge sees it: one run for those that must succeed, one for the others. */
export function judgeReplies(replies: readonly JudgedReply[]): void {
  if (!existsSync(JUDGE)) {
    console.log("not run: the judge of the gateway's replies because ../shared is missing");
    return;
  }
  const directory = mkdtempSync(join(tmpdir(), 'plugboard-judge-'));
  try {
    for (const mayFail of [false, true]) {
      const files = replies
        .filter((reply) => reply.mayFail === mayFail)
        .map((reply, index) => {
          const file = join(directory, `${mayFail ? 'failed' : 'whole'}-${index}-${reply.name}.sse`);
          writeFileSync(file, reply.bytes);
          return file;
        });
      if (files.length === 0) continue;
      const flags = ['--strict', '--ignore', IGNORED, ...(mayFail ? ['--allow-failed'] : [])];
      const run = spawnSync(process.execPath, [JUDGE, ...flags, ...files], { encoding: 'utf8', maxBuffer: 1 << 26 });
      assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
