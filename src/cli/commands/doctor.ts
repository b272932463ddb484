import { diagnose } from '../../codex/doctor/diagnose.ts';
import type { Finding } from '../../codex/doctor/finding.ts';
import { writeAtomic } from '../../config/atomic-write.ts';
import { loadConfig } from '../../config/load.ts';
import { DONE, FAILED } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { bundle } from '../doctor/bundle.ts';
import { examine } from '../doctor/examine.ts';
import { plural } from '../format.ts';
import { type Io, line, printJson } from '../io.ts';
import { withProgress } from '../progress.ts';
import { report } from '../report.ts';

export type DoctorOptions = { readonly json: boolean; readonly bundle?: string };

/** Checks the whole chain, and names the cause and the mend of each thing that is wrong. Fails when one is an error. */
export async function doctor(options: DoctorOptions, context: CommandContext): Promise<number> {
  const { io } = context;
  const loaded = loadConfig({ places: context.places, environment: context.environment });
  if (!loaded.ok) return report(io, loaded.error);
  const patient = await withProgress(io, 'looking at the whole chain', () =>
    examine(loaded.snapshot, process.cwd(), context),
  );
  const findings = diagnose(patient);
  if (options.bundle !== undefined) {
    writeAtomic(options.bundle, `${JSON.stringify(bundle(patient, findings, context), null, 2)}\n`, 0o600);
    line(io.err, `Wrote ${options.bundle}: no key, no prompt. Read it before you send it.`);
  }
  if (options.json) printJson(io, { findings });
  else show(findings, io);
  return findings.some(({ level }) => level === 'error') ? FAILED : DONE;
}

const MARK = { ok: ['green', 'ok     '], warning: ['yellow', 'warning'], error: ['red', 'error  '] } as const;

function show(findings: readonly Finding[], io: Io): void {
  for (const { level, cause, mend } of findings) {
    const [colour, mark] = MARK[level];
    line(io.out, `${io.out.paint(colour, mark)} ${cause}`);
    if (mend !== undefined) line(io.out, `        ${io.out.paint('bold', 'mend:')} ${mend}`);
  }
  const count = (level: Finding['level']): number => findings.filter((finding) => finding.level === level).length;
  const [errors, warnings] = [count('error'), count('warning')];
  line(io.out);
  line(
    io.out,
    errors + warnings === 0 ? 'All is well.' : `${plural(errors, 'error')}, ${plural(warnings, 'warning')}.`,
  );
}
