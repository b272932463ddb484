import type { CallStep, ScriptedReply, Step } from './script.ts';
import { findTool, type Turn } from './turn.ts';

/** A step whose tool has its wire name, its call id and its input as the text that goes on the wire. */
export type ResolvedStep = Exclude<Step, CallStep> | ResolvedCall;

export type ResolvedCall = {
  readonly type: 'call';
  readonly callId: string;
  readonly name: string;
  readonly namespace?: string;
  readonly kind: 'function' | 'freeform' | 'search';
  readonly input: string;
};

/** @throws RangeError when the script calls a tool that was not offered: the script or the gateway is wrong. */
export function resolveSteps(reply: ScriptedReply, turn: Turn, callPrefix: string): readonly ResolvedStep[] {
  let calls = 0;
  return reply.steps.map((step) => {
    if (step.type !== 'call') return step;
    calls += 1;
    return resolveCall(step, turn, `${callPrefix}${calls}`);
  });
}

function resolveCall(step: CallStep, turn: Turn, callId: string): ResolvedCall {
  const tool = findTool(turn.tools, step.tool, step.namespace);
  if (tool === undefined) {
    const wanted = step.namespace === undefined ? step.tool : `${step.namespace}/${step.tool}`;
    const offered = turn.tools.map((known) => known.name).join(', ');
    throw new RangeError(`simulator: the script calls ${wanted}, which is not among the offered tools: ${offered}`);
  }
  const named = { name: tool.name, ...(tool.namespace === undefined ? {} : { namespace: tool.namespace }) };
  const parameter = Object.keys(objectOf(tool.parameters?.['properties']))[0] ?? 'input';
  return { type: 'call', callId, ...named, kind: tool.kind, input: inputText(step.input, tool.kind, parameter) };
}

/** A freeform tool that was offered as a function takes its text in its one parameter. */
function inputText(input: CallStep['input'], kind: ResolvedCall['kind'], parameter: string): string {
  if ('argumentsText' in input) return input.argumentsText;
  if ('arguments' in input) return JSON.stringify(input.arguments);
  return kind === 'freeform' ? input.freeform : JSON.stringify({ [parameter]: input.freeform });
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
