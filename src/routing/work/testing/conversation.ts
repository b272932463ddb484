import type { Message, ToolCallPart } from '../../../ir/request.ts';

/** A conversation as Codex sends it, step by step. */
export type Talk = readonly Message[];

const context: Message = {
  role: 'user',
  parts: [{ type: 'text', text: '<environment_context>\n  <cwd>/workspace</cwd>\n</environment_context>' }],
};

export function user(text: string): Talk {
  return [{ role: 'user', parts: [{ type: 'text', text }] }];
}

export function begin(task: string): Talk {
  return [{ role: 'developer', parts: [{ type: 'text', text: 'You are a coding agent.' }] }, context, ...user(task)];
}

export function developer(text: string): Talk {
  return [{ role: 'developer', parts: [{ type: 'text', text }] }];
}

export function said(text: string): Talk {
  return [{ role: 'assistant', parts: [{ type: 'text', text }] }];
}

let calls = 0;

/** One reply with one call, and its result. */
export function step(call: Pick<ToolCallPart, 'kind' | 'input'> & { readonly name: string }, output: string): Talk {
  calls += 1;
  const { kind, name, input } = call;
  const callId = `call_${calls}`;
  return [
    { role: 'assistant', parts: [{ type: 'tool-call', callId, kind, name: { name }, input }] },
    { role: 'tool', parts: [{ type: 'tool-result', callId, kind, content: [{ type: 'text', text: output }] }] },
  ];
}

/** As Codex prints a command that ended. */
export function ran(cmd: string, code: number, output = ''): Talk {
  const head = `Chunk ID: 1ee8b1\nWall time: 0.0000 seconds\nProcess exited with code ${code}\nOriginal token count: 2\nOutput:\n`;
  return step({ kind: 'function', name: 'exec_command', input: JSON.stringify({ cmd }) }, `${head}${output}`);
}

const SUCCESS = 'Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess. Updated the following files:\nM a.js\n';

export function patched(name = 'a.js', output = SUCCESS): Talk {
  const input = `*** Begin Patch\n*** Update File: ${name}\n@@\n-a\n+b${calls}\n*** End Patch\n`;
  return step({ kind: 'custom', name: 'apply_patch', input }, output);
}

export const FAILED_PATCH = 'apply_patch verification failed: Failed to find expected lines in a.js:\na';

/** As `node --test` ends with one failure. */
export const FAILED_TEST =
  '✔ subtracts (0.4ms)\n✖ adds two numbers (1.2ms)\nℹ tests 2\nℹ pass 1\nℹ fail 1\nℹ cancelled 0\n\n✖ failing tests:\n\n✖ adds two numbers (1.2ms)\n';

/** The history as Codex goes on with it after it has condensed it by itself. */
export function condensed(task: string): Talk {
  const summary =
    'Another language model started to solve this problem and produced a summary of its thinking process. Here is the summary:\nHalf is done.';
  return [...begin(task), ...user(summary)];
}
