import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/ir/json.ts';
import { PIXEL_PNG } from '../codex/fixtures/pixel.ts';

/** A session as its client lives it: items are added step by step, and after each step a request holds all of them. */
export type Session = { readonly steps: readonly (readonly JsonObject[])[] };

type Reply = {
  readonly thinks: boolean;
  readonly says: boolean;
  readonly calls: readonly Call[];
  /** Where messages that came in while the tools ran stand among the outputs. */
  readonly late: readonly { readonly at: number; readonly role: 'developer' | 'user' }[];
  readonly answered: 'all' | 'backwards' | 'some';
};
type Call = { readonly kind: 'function' | 'custom'; readonly output: 'text' | 'image' | 'both' | 'empty' };

const call: fc.Arbitrary<Call> = fc.record({
  kind: fc.constantFrom('function', 'function', 'custom'),
  output: fc.constantFrom('text', 'text', 'image', 'both', 'empty'),
});

const reply: fc.Arbitrary<Reply> = fc.record({
  thinks: fc.boolean(),
  says: fc.boolean(),
  calls: fc.array(call, { maxLength: 3 }),
  late: fc.array(fc.record({ at: fc.nat(3), role: fc.constantFrom('developer', 'user') }), { maxLength: 1 }),
  answered: fc.constantFrom('all', 'all', 'backwards', 'some'),
});

/** @property thinksFirst  every reply begins with thinking. */
export function sessions({ thinksFirst }: { readonly thinksFirst: boolean }): fc.Arbitrary<Session> {
  const modelled = thinksFirst ? reply.map((each) => ({ ...each, thinks: true })) : reply;
  return fc.array(modelled, { minLength: 1, maxLength: 6 }).map((replies) => sessionOf(replies));
}

function sessionOf(replies: readonly Reply[]): Session {
  const steps: JsonObject[][] = [[message('developer', 'Rules.'), message('user', 'Do it.')]];
  let number = 0;
  for (const { thinks, says, calls, late, answered } of replies) {
    number += 1;
    const made = calls.map((each, index) => ({ ...each, id: `call_${number}_${index}` }));
    const step: JsonObject[] = [];
    if (thinks) step.push(reasoning(`Thought ${number}.`));
    if (says || made.length === 0) step.push(message('assistant', `Words ${number}.`));
    step.push(...made.map(callItem));
    const outputs = made.map((each) => outputItem(each));
    if (answered === 'backwards') outputs.reverse();
    // An interrupted turn: some outputs never come.
    if (answered === 'some') outputs.pop();
    for (const { at, role } of late) outputs.splice(at, 0, message(role, `Late ${number}.`));
    step.push(...outputs);
    // A reply that called nothing ends the turn; so does one that was interrupted.
    if (made.length === 0 || answered === 'some') {
      if (number % 2 === 0) step.push(message('developer', `Changed rules ${number}.`));
      step.push(message('user', `And then ${number}?`));
    }
    steps.push(step);
  }
  return { steps };
}

/** A request of Codex with this history. @param envelope  what a reasoning item bears. */
export function bodyOf(items: readonly JsonObject[], envelope: string): JsonObject {
  return {
    model: 'm',
    stream: true,
    input: items.map((item) => (item['type'] === 'reasoning' ? { ...item, encrypted_content: envelope } : item)),
    tools: TOOLS,
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: { effort: 'medium', summary: 'auto' },
    store: false,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: 'thread',
  };
}

const TOOLS: Json = [
  {
    type: 'function',
    name: 'run',
    description: 'Runs.',
    strict: false,
    parameters: { type: 'object', properties: {} },
  },
  { type: 'custom', name: 'patch', description: 'Patches.', format: { type: 'text' } },
];

export function message(role: 'developer' | 'user' | 'assistant', text: string): JsonObject {
  const type = role === 'assistant' ? 'output_text' : 'input_text';
  return { type: 'message', role, content: [{ type, text }] };
}

export function reasoning(text: string): JsonObject {
  return { type: 'reasoning', summary: [{ type: 'summary_text', text }] };
}

export function callItem({ kind, id }: { readonly kind: Call['kind']; readonly id: string }): JsonObject {
  return kind === 'custom'
    ? { type: 'custom_tool_call', call_id: id, name: 'patch', input: `*** ${id}\n` }
    : { type: 'function_call', call_id: id, name: 'run', arguments: `{ "b": 1,"a" :"${id}" }` };
}

export function outputItem({ kind, output, id }: Call & { readonly id: string }): JsonObject {
  const text = { type: 'input_text', text: `Output of ${id}.` };
  const image = { type: 'input_image', image_url: `data:image/png;base64,${PIXEL_PNG}`, detail: 'auto' };
  const type = kind === 'custom' ? 'custom_tool_call_output' : 'function_call_output';
  const content: Json =
    output === 'empty' ? '' : output === 'text' ? text.text : output === 'image' ? [image] : [text, image];
  return { type, call_id: id, output: content };
}
