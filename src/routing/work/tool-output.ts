import type { ToolCallPart, ToolResultPart } from '../../ir/request.ts';

/** Of long outputs both ends are read: the head says how a command ended, the tail what it made of it. */
const HEAD = 2_000;
const TAIL = 8_000;

/** An output as far as it is read. */
export function outputText({ content }: ToolResultPart): string {
  let text = '';
  for (const part of content) if (part.type === 'text') text += text === '' ? part.text : `\n${part.text}`;
  return text.length <= HEAD + TAIL ? text : `${text.slice(0, HEAD)}\n${text.slice(-TAIL)}`;
}

/** Codex: `Process exited with code 1`; its patches and other agents: `Exit code: 1`, `Command failed with exit code 1.`;
 *  its code mode: `"exit_code":1`. On a line of its own: "returns exit code 1" is the name of somebody's test. */
const EXIT =
  /(?:^[\s[(<]*(?:(?:the )?(?:command|process|script) )?(?:(?:failed|finished|completed|ended) with )?(?:exited with (?:code|status)|exit[_ ](?:code|status))\s*[:=]?|["']exit_code\\?["']\s*:)\s*(-?\d+)(?=[.\s]*(?:$|[\])>,}]))/im;
const EXIT_PLACE = 400;

/** @returns undefined where the output does not say. */
export function exitCode(output: string): number | undefined {
  const found = EXIT.exec(output.slice(0, EXIT_PLACE)) ?? EXIT.exec(output.slice(-EXIT_PLACE));
  return found?.[1] === undefined ? undefined : Number(found[1]);
}

/** A command that goes on in the background, by Codex's number for it. */
export function runningSession(output: string): string | undefined {
  return /\bProcess running with session ID (\d+)/.exec(output.slice(0, EXIT_PLACE))?.[1];
}

/** The session that a call writes to or waits for. */
export function askedSession({ input }: ToolCallPart): string | undefined {
  return /"session_id"\s*:\s*"?(\d+)/.exec(input.slice(0, COMMAND_LENGTH))?.[1];
}

const COMMAND_LENGTH = 4_000;

/** The command line of a call, as far as it is read: the arguments as the model wrote them, whatever their names. */
export function commandOf({ input }: ToolCallPart): string {
  return input.slice(0, COMMAND_LENGTH);
}

/** Tools that change files by themselves, in the agents that we know. */
const EDITING_TOOL =
  /^(?:apply_?patch|edit|multi_?edit|write|write_file|edit_file|create_file|notebook_?edit|str_replace\w*|search_replace|replace\w*|insert\w*|update_file|patch)$/i;
/** Commands that change files. */
const EDITING_COMMAND =
  /\bapply_patch\b|\bsed\s+(?:-[a-zA-Z]+\s+)*-[a-zA-Z]*i|\bperl\s+-[a-zA-Z]*i|\bgit apply\b|\bpatch\s+-p|\btee\s+|(?:^|[^-=<>\d&])>{1,2}\s*(?!\/dev\/|&|"|\d+\b)[\w./~$-]|\bwrite_text\(|\.write\(|writeFileSync\(/;

export function isEditingTool({ name }: ToolCallPart): boolean {
  return EDITING_TOOL.test(name.name);
}

export function isEdit(call: ToolCallPart): boolean {
  return isEditingTool(call) || EDITING_COMMAND.test(commandOf(call));
}

/** Commands that put a patch to files: what they say tells whether it fitted. */
const PATCHING_COMMAND = /\b(?:apply_patch|git apply|patch\s+-p)/;

export function appliesPatch(call: ToolCallPart): boolean {
  return isEditingTool(call) || PATCHING_COMMAND.test(commandOf(call));
}

/** Tools that are called again and again because they wait for something. */
const WAITING_TOOL = /^(?:write_stdin|wait\w*|poll\w*|sleep|bash_?output|get_goal|list_agents|read_thread\w*)$/i;

export function isWaiting({ name }: ToolCallPart): boolean {
  return WAITING_TOOL.test(name.name);
}

/** Tools that write a plan down for the user to see. */
const PLANNING_TOOL = /^(?:update_plan|todo_?write|write_todos|update_todo\w*|exit_?plan_?mode|create_plan)$/i;

export function isPlanning({ name }: ToolCallPart): boolean {
  return PLANNING_TOOL.test(name.name);
}

const ERROR_LINE =
  /\b(?:error|exception|traceback|panic(?:ked)?|fatal|undefined reference|cannot find|not found|failed)\b/i;

/** Lines that tell of an error. */
export function errorLines(output: string): number {
  let count = 0;
  for (const line of output.split('\n')) if (line.length < 1_000 && ERROR_LINE.test(line)) count += 1;
  return count;
}
