import { PSEUDO_CALL_FORMS } from '../../src/ir/dialect.ts';
import type { InferenceEvent } from '../../src/ir/event.ts';
import { mended } from '../../src/pipeline/mended.ts';
import { compileDialect } from '../../src/providers/dialect.ts';
import { testModel, testProvider } from '../../src/providers/testing/provider.ts';
import { assertEventLaws } from './laws.ts';
import { inChunks } from './mutate.ts';
import type { Random } from './random.ts';
import { doors, requestAt } from './replies.ts';
import type { Subject } from './subject.ts';

/** Texts in which weak models write calls, as the bytes of the text itself. */
const WRITTEN: readonly string[] = [
  'I will look.\n<tool_call>\n{"name": "shell", "arguments": {"cmd": "ls"}}\n</tool_call>',
  '<tool_call>shell\n<arg_key>cmd</arg_key>\n<arg_value>ls</arg_value>\n</tool_call>',
  '<function=shell>\n<parameter=cmd>\nls <b>\n</parameter>\n</function>\n</tool_call>',
  '<|python_tag|>{"name":"shell","parameters":{"cmd":"ls"}}; {"name":"shell","parameters":{}}',
  '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>shell<｜tool▁sep｜>{"cmd":"ls"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  '<｜DSML｜invoke name="shell">\n<｜DSML｜parameter name="cmd" string="true">ls</｜DSML｜parameter>\n</｜DSML｜invoke>',
  '<|tool_calls_section_begin|><|tool_call_begin|>functions.shell:0<|tool_call_argument_begin|>{"cmd":"ls"}<|tool_call_end|>',
  '<minimax:tool_call>\n<invoke name="shell">\n<parameter name="cmd">ls</parameter>\n</invoke>\n</minimax:tool_call>',
  '[TOOL_CALLS][{"name":"shell","arguments":{"cmd":"ls"}}]',
  '```json\n{"name":"shell","arguments":{"cmd":"ls"}}\n```',
  '{"name":"apply_patch","arguments":{"input":"*** Begin Patch"}}',
  'Words, then the words stop here, and more of them.',
];

/** What is put right in a reply's text, fed text. */
export function repairSubjects(): readonly Subject[] {
  return [{ name: 'repairs', samples: WRITTEN.map((text) => Buffer.from(text)), check: checkRepairs }];
}

const base = compileDialect('openai-chat', []);
const dialect = { ...base, tools: { ...base.tools, pseudoCalls: PSEUDO_CALL_FORMS } };
const model = testModel('m', testProvider({ dialect }));

/** Within the laws, whole and in pieces. Half-broken markup may be read otherwise in other pieces: what was told as words
 *  cannot be taken back. */
function checkRepairs(input: Uint8Array, random: Random): void {
  const request = {
    ...requestAt(doors()[0]),
    sampling: { stop: ['stop here'] },
    parallelToolCalls: random.chance(0.5),
  };
  const text = Buffer.from(input).toString('utf8').toWellFormed();
  const pieces = inChunks(Buffer.from(text, 'utf16le'), random);
  const run = (parts: readonly string[]): readonly InferenceEvent[] => {
    const events = said(parts);
    const decodeStream = () => ({ push: () => events, end: () => [] });
    const call = { body: {}, losses: [], decodeResponse: () => events, decodeStream };
    return mended(call, request, model).decodeResponse(null);
  };
  assertEventLaws(run([text]));
  assertEventLaws(run(whole16(pieces)));
}

function said(parts: readonly string[]): readonly InferenceEvent[] {
  const deltas = parts
    .filter((part) => part !== '')
    .map((part): InferenceEvent => ({ type: 'text-delta', text: part }));
  if (deltas.length === 0) return [{ type: 'finish', reason: 'stop' }];
  return [{ type: 'text-start' }, ...deltas, { type: 'text-end' }, { type: 'finish', reason: 'stop' }];
}

/** Pieces of bytes as pieces of text, each of whole code units and whole characters. */
function whole16(pieces: readonly Uint8Array[]): readonly string[] {
  const decoder = new TextDecoder('utf-16le');
  return pieces.map((piece) => decoder.decode(piece, { stream: true }));
}
