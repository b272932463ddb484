import type { Message, Part, ToolCallPart, ToolResultPart } from '../../ir/request.ts';
import type { Wish, Work, WorkEvent, WorkEventKind } from '../../ir/work.ts';
import { stableHash } from '../stable-hash.ts';
import { isFailedEdit, isFailedPatch } from './failed-edit.ts';
import { isFollowUp, isInjected, isPlan, isSummary, isTrouble, planModeOf, takesUpPlan, wishOf } from './own-words.ts';
import { failingSummary, testCommand } from './test-runs.ts';
import {
  appliesPatch,
  askedSession,
  commandOf,
  errorLines,
  exitCode,
  isEdit,
  isEditingTool,
  isPlanning,
  isWaiting,
  outputText,
  runningSession,
} from './tool-output.ts';

/** The same call for so many times, with no file changed in between, is one time too many. */
const TOO_OFTEN = 3;
/** Replies after which a task is long: most end before, and those that do not fail oftener. */
export const LONG = 40;
const MAX_WORDS = 120;
/** A task that has gone on for longer than this has long shown what it is. */
const MAX_EVENTS = 500;

/** Reads the task in hand from a conversation: one pass over the messages since it began, and over no output whole.
 *  @param condenses  the last message asks for a summary of the conversation, and is nobody's task. */
export function readWork(messages: readonly Message[], condenses = false): Work {
  const told = condenses
    ? messages.slice(
        0,
        messages.findLastIndex(({ role }) => role === 'user'),
      )
    : messages;
  const start = taskStart(told);
  const reader = new Reader(start.planned);
  for (const message of told.slice(start.next)) reader.hear(message);
  return reader.work(start, planMode(told));
}

/** @property next     the message after the one that began the task.
 *  @property planned  it takes up a plan of the reply before. */
type Start = {
  readonly words: string;
  readonly next: number;
  readonly wish: Wish | undefined;
  readonly planned: boolean;
};

/** The user message that began the task: the last that is no follow-up of another. */
function taskStart(messages: readonly Message[]): Start {
  let later = false;
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at];
    const words = message === undefined ? '' : ownWords(message);
    if (words === '') continue;
    const goesOn = isSteering(messages, at) || isFollowUp(words);
    if (goesOn && hasEarlier(messages, at)) {
      later = true;
      continue;
    }
    return { words, next: at + 1, wish: wishOf(words), planned: !later && takesUpPlan(words) };
  }
  return { words: '', next: 0, wish: undefined, planned: false };
}

/** Said while the agent was at work: it had called tools, and not come to an end. */
function isSteering(messages: readonly Message[], at: number): boolean {
  for (let before = at - 1; before >= 0; before -= 1) {
    const message = messages[before];
    if (message === undefined || message.role === 'system' || message.role === 'developer') continue;
    if (message.role === 'user' && !isAside(message)) return false;
    if (message.role === 'user') continue;
    return message.role === 'tool' || message.parts.some((part) => part.type === 'tool-call');
  }
  return false;
}

function hasEarlier(messages: readonly Message[], at: number): boolean {
  for (let before = at - 1; before >= 0; before -= 1) {
    const message = messages[before];
    if (message !== undefined && ownWords(message) !== '') return true;
  }
  return false;
}

/** What the user said in a message, without what the agent puts there. */
function ownWords({ role, parts }: Message): string {
  if (role !== 'user') return '';
  const texts: string[] = [];
  for (const part of parts) {
    const text = part.type === 'text' ? part.text.trim() : '';
    if (text !== '' && !isSummary(text) && !isInjected(text)) texts.push(text);
  }
  return texts.join('\n');
}

function isAside(message: Message): boolean {
  return message.role === 'user' && ownWords(message) === '';
}

function planMode(messages: readonly Message[]): boolean {
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at];
    if (message === undefined || (message.role !== 'developer' && message.role !== 'system')) continue;
    for (const part of message.parts.toReversed()) {
      const mode = part.type === 'text' ? planModeOf(part.text.trimStart()) : undefined;
      if (mode !== undefined) return mode;
    }
  }
  return false;
}

type Call = { readonly part: ToolCallPart; readonly step: number };

/** Gathers what happened, message by message. */
class Reader {
  #events: WorkEvent[] = [];
  readonly #calls = new Map<string, Call>();
  /** How often each call was made since a file was changed last. */
  #counts = new Map<string, number>();
  /** What runs in the background, by Codex's number for it. */
  readonly #sessions = new Map<string, Call>();
  #open = 0;
  #steps = 0;
  /** A file was changed since tests failed last: the same failure counts once. */
  #changed = false;
  #errors = 0;
  #wish: Wish | undefined;
  #wishes = 0;
  #planned: boolean;

  constructor(planned: boolean) {
    this.#planned = planned;
  }

  hear(message: Message): void {
    if (message.role === 'assistant') this.#reply(message.parts);
    else if (message.role === 'user') this.#user(message);
    for (const part of message.parts) {
      if (part.type === 'tool-result') this.#result(part);
      else if (part.type === 'opaque' && part.value['type'] === 'compaction') this.#condensed();
    }
  }

  work({ words, wish }: Start, planModeOn: boolean): Work {
    const last = this.#wish ?? wish;
    return {
      task: words,
      key: [stableHash(words).toString(36), words.length, this.#wishes, ...(planModeOn ? ['plan'] : [])].join('-'),
      steps: this.#steps,
      events: this.#events,
      planMode: planModeOn,
      planned: this.#planned,
      ...(last === undefined ? {} : { wish: last }),
      openCalls: this.#open,
    };
  }

  #add(kind: WorkEventKind, step: number, words?: string): void {
    if (this.#events.length >= MAX_EVENTS) return;
    this.#events.push({
      kind,
      step,
      ...(words === undefined ? {} : { words: words.slice(0, MAX_WORDS).toWellFormed() }),
    });
  }

  #reply(parts: readonly Part[]): void {
    this.#steps += 1;
    if (this.#steps % LONG === 0) this.#add('went-long', this.#steps, `${this.#steps} replies`);
    this.#open = 0;
    for (const part of parts) {
      if (part.type === 'text' && isPlan(part.text)) this.#add('planned', this.#steps);
      if (part.type === 'tool-call') this.#call(part);
    }
  }

  #call(part: ToolCallPart): void {
    this.#open += 1;
    this.#calls.set(part.callId, { part, step: this.#steps });
    if (isPlanning(part)) this.#add('planned', this.#steps);
    if (isWaiting(part) || isPlanning(part)) return;
    const key = `${part.name.namespace ?? ''}\0${part.name.name}\0${part.input}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (count >= TOO_OFTEN) this.#add('call-repeated', this.#steps, `${part.name.name}, ${count} times`);
  }

  #user(message: Message): void {
    if (message.parts.some((part) => part.type === 'text' && isSummary(part.text.trim()))) {
      this.#condensed();
    }
    const words = ownWords(message);
    if (words === '') return;
    if (takesUpPlan(words)) this.#planned = true;
    if (isTrouble(words)) this.#add('still-broken', this.#steps);
    const wish = wishOf(words);
    if (wish === undefined) return;
    this.#wish = wish;
    this.#wishes += 1;
    // What went wrong before does not speak against what the user wants now.
    this.#events = this.#events.filter(({ kind }) => kind === 'edited' || kind === 'planned');
  }

  #result(part: ToolResultPart): void {
    const known = this.#calls.get(part.callId);
    if (known === undefined) return;
    this.#calls.delete(part.callId);
    this.#open -= 1;
    const output = outputText(part);
    const asked = askedSession(known.part);
    const call = (asked === undefined ? undefined : this.#sessions.get(asked)) ?? known;
    const session = runningSession(output);
    if (session !== undefined) {
      this.#sessions.set(session, call);
      return;
    }
    this.#judge(call.part, known.step, output, part.isError === true);
  }

  #judge(call: ToolCallPart, step: number, output: string, isError: boolean): void {
    const code = exitCode(output);
    const failed = isError || (code !== undefined && code !== 0);
    if (isFailedPatch(output) || (appliesPatch(call) && isFailedEdit(output))) {
      this.#add('patch-failed', step, call.name.name);
      return;
    }
    if (isEditingTool(call)) {
      if (!failed) this.#change(step);
      return;
    }
    if (isEdit(call)) this.#change(step);
    if (this.#tests(call, step, output, failed, code)) return;
    if (failed) this.#failure(call, step, output);
  }

  /** @returns whether it was a run of tests. What fails before anything was changed is the task, not its failure. */
  #tests(call: ToolCallPart, step: number, output: string, failed: boolean, code: number | undefined): boolean {
    const command = testCommand(commandOf(call));
    // What a run that passed prints may look like anything: tests of a test runner print its summaries.
    const mayFail = failed || (command !== undefined && (code === undefined || command.hidden));
    const run = mayFail ? failingSummary(output) : undefined;
    const isRun = command !== undefined && code !== 127 && code !== 126;
    if (run !== undefined || (isRun && failed)) {
      const { runner = command?.words ?? 'tests', failed: count, first } = run ?? {};
      const words = `${runner}${count === undefined ? '' : `: ${count} failed`}${first === undefined ? '' : `, first "${first}"`}`;
      if (this.#changed) this.#add('tests-failed', step, words);
      this.#changed = false;
      return true;
    }
    if (isRun && code === 0) this.#add('tests-passed', step, command?.words);
    return isRun;
  }

  #failure(call: ToolCallPart, step: number, output: string): void {
    const errors = errorLines(output);
    if (this.#errors > 0 && errors > this.#errors) {
      this.#add('errors-grew', step, `${call.name.name}: ${errors} lines of errors after ${this.#errors}`);
    }
    if (errors > 0) this.#errors = errors;
  }

  /** What was changed before is not told any more. */
  #condensed(): void {
    this.#changed = true;
    this.#add('compacted', this.#steps);
  }

  #change(step: number): void {
    this.#changed = true;
    this.#counts = new Map();
    this.#add('edited', step);
  }
}
