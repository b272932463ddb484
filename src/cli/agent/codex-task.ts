import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../ir/json.ts';
import { natural } from '../../ir/usage.ts';

/** One thing that Codex did or said.
 *  @property exitStatus  of a command; `null` where it did not end. */
export type AgentStep =
  | { readonly type: 'message'; readonly text: string }
  | { readonly type: 'command'; readonly command: string; readonly exitStatus: number | null; readonly output: string }
  | { readonly type: 'file-change'; readonly paths: readonly string[]; readonly applied: boolean }
  | { readonly type: 'error'; readonly message: string };

/** What one run of `codex exec` came to. Tokens are sums over its calls.
 *  @property complaint  the last line of its standard error, which matters where it did nothing. */
export type AgentRun = {
  readonly steps: readonly AgentStep[];
  readonly exitStatus: number | null;
  readonly tokens: { readonly input: number; readonly cached: number; readonly output: number };
  readonly totalMs: number;
  readonly complaint: string;
};

/** @property codex  the command line that starts Codex: its file and what comes before its own arguments.
 *  @property onStep  called as it happens. */
export type AgentTask = {
  readonly codex: readonly [string, ...string[]];
  readonly args: readonly string[];
  readonly prompt: string;
  readonly directory: string;
  readonly environment: { readonly [name: string]: string | undefined };
  readonly limitMs: number;
  readonly onStep: (step: AgentStep) => void;
};

/** Runs the real Codex on one task and reads what it reports. */
export function runAgent(task: AgentTask): Promise<AgentRun> {
  const [file, ...first] = task.codex;
  const began = performance.now();
  const steps: AgentStep[] = [];
  let tokens = { input: 0, cached: 0, output: 0 };
  let complaint = '';
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...first, 'exec', '--json', '--ephemeral', ...task.args, task.prompt], {
      cwd: task.directory,
      env: { ...task.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: task.limitMs,
      windowsHide: true,
    });
    createInterface({ input: child.stdout }).on('line', (text) => {
      const event = parseJson(text);
      if (!isJsonObject(event)) return;
      tokens = addTokens(tokens, event['usage']);
      const step = stepOf(event);
      if (step === undefined) return;
      steps.push(step);
      task.onStep(step);
    });
    createInterface({ input: child.stderr }).on('line', (text) => {
      if (text.trim() !== '') complaint = text.trim();
    });
    child.once('error', reject);
    child.once('close', (exitStatus) => {
      resolve({ steps, exitStatus, tokens, totalMs: performance.now() - began, complaint });
    });
  });
}

function addTokens(sum: AgentRun['tokens'], usage: Json | undefined): AgentRun['tokens'] {
  if (!isJsonObject(usage)) return sum;
  return {
    input: sum.input + natural(usage['input_tokens']),
    cached: sum.cached + natural(usage['cached_input_tokens']),
    output: sum.output + natural(usage['output_tokens']),
  };
}

/** The event forms of `codex exec --json`: https://developers.openai.com/codex/noninteractive */
function stepOf(event: JsonObject): AgentStep | undefined {
  const { type, item, error, message } = event;
  if (type === 'turn.failed')
    return { type: 'error', message: text(isJsonObject(error) ? error['message'] : undefined) };
  if (type === 'error') return { type: 'error', message: text(message) };
  if (type !== 'item.completed' || !isJsonObject(item)) return undefined;
  switch (item['type']) {
    case 'agent_message':
      return { type: 'message', text: text(item['text']) };
    case 'command_execution': {
      const exit = item['exit_code'];
      const exitStatus = typeof exit === 'number' ? exit : null;
      return { type: 'command', command: text(item['command']), exitStatus, output: text(item['aggregated_output']) };
    }
    case 'file_change':
      return { type: 'file-change', paths: pathsOf(item['changes']), applied: item['status'] === 'completed' };
    case 'error':
      return { type: 'error', message: text(item['message']) };
    default:
      return undefined;
  }
}

function pathsOf(changes: Json | undefined): readonly string[] {
  if (!Array.isArray(changes)) return [];
  return changes.flatMap((change: Json) => (isJsonObject(change) ? text(change['path']) : []));
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
