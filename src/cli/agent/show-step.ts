import { relative } from 'node:path';
import { type Io, line, type Stream } from '../io.ts';
import type { AgentStep } from './codex-task.ts';

const OUTPUT_LINES = 4;
const LINE_LENGTH = 160;

/** One step as a person follows it. @param directory  paths are shown from there. */
export function showStep(step: AgentStep, directory: string, io: Io): void {
  for (const text of linesOf(step, directory, io.out)) line(io.out, text);
}

function linesOf(step: AgentStep, directory: string, out: Stream): readonly string[] {
  switch (step.type) {
    case 'message':
      return [`${out.paint('cyan', 'codex  ')} ${step.text}`];
    case 'command': {
      const failed = step.exitStatus === 0 ? '' : out.paint('red', `  (exit ${step.exitStatus ?? 'none'})`);
      const shown = tail(step.output).map((text) => out.paint('dim', `        | ${short(text)}`));
      return [`${out.paint('yellow', 'runs   ')} ${short(step.command)}${failed}`, ...shown];
    }
    case 'file-change': {
      const paths = step.paths.map((path) => relative(directory, path) || path).join(', ');
      const failed = step.applied ? '' : out.paint('red', '  (not applied)');
      return [`${out.paint('yellow', 'patches')} ${paths}${failed}`];
    }
    case 'error':
      return [`${out.paint('red', 'error  ')} ${step.message}`];
  }
}

function tail(output: string): readonly string[] {
  const lines = output
    .trimEnd()
    .split(/\r?\n/)
    .filter((text) => text !== '');
  return lines.slice(-OUTPUT_LINES);
}

function short(text: string): string {
  return text.length <= LINE_LENGTH ? text : `${text.slice(0, LINE_LENGTH - 1)}…`;
}
