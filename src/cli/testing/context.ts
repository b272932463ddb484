import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Environment } from '../../config/environment.ts';
import type { CommandContext } from '../context.ts';
import { buildProgram } from '../program.ts';

/** @property text  what was written so far. */
export type Recorded = { out: string; err: string };

export type TestBench = {
  readonly context: CommandContext;
  readonly home: string;
  readonly codexHome: string;
  readonly said: Recorded;
  readonly run: (...args: string[]) => Promise<number>;
};

/** The command line over a terminal that is none, in homes of its own that go with the test. */
export function bench(t: TestContext, environment: Environment = {}, parts: Partial<CommandContext> = {}): TestBench {
  const folder = mkdtempSync(join(tmpdir(), 'plugboard-cli-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const home = join(folder, 'home');
  const codexHome = join(folder, 'codex');
  const said: Recorded = { out: '', err: '' };
  const paint = (_style: string, text: string): string => text;
  const context: CommandContext = {
    version: '9.9.9',
    environment,
    places: { home, codexHome },
    self: [process.execPath, join(import.meta.dirname, 'plugboard.ts')],
    io: {
      out: {
        write: (text) => {
          said.out += text;
        },
        isTty: false,
        paint,
      },
      err: {
        write: (text) => {
          said.err += text;
        },
        isTty: false,
        paint,
      },
      interactive: false,
      piped: async () => undefined,
    },
    serve: async () => 0,
    ...parts,
  };
  return { context, home, codexHome, said, run: (...args) => buildProgram(context).run(args) };
}
