import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PSEUDO_CALL_FORMS, type PseudoCallForm } from '../../ir/dialect.ts';
import type { InferenceEvent } from '../../ir/event.ts';
import type { ToolDefinition } from '../../ir/request.ts';
import { offeredTool } from './offered-call.ts';
import { pseudoCalls } from './pseudo-calls.ts';

const TOOLS: readonly Exclude<ToolDefinition, { readonly kind: 'hosted' }>[] = [
  {
    kind: 'function',
    name: { name: 'run' },
    parameters: {
      type: 'object',
      properties: {
        cmd: { type: 'string' },
        limit: { type: 'integer' },
        tty: { type: 'boolean' },
        args: { type: 'array' },
      },
    },
  },
  { kind: 'function', name: { name: 'add', namespace: 'mcp__demo' }, parameters: { type: 'object', properties: {} } },
  { kind: 'custom', name: { name: 'apply_patch' } },
];

const BY_WIRE_NAME = new Map([
  ['run', TOOLS[0]],
  ['mcp__demo__add', TOOLS[1]],
  ['apply_patch', TOOLS[2]],
]);

const tools = {
  find: (name: string) => {
    const tool = BY_WIRE_NAME.get(name);
    return tool === undefined ? undefined : offeredTool(tool);
  },
  freeform: 'input',
};

const STOP: InferenceEvent = { type: 'finish', reason: 'stop' };

/** The events of a reply of one text, the calls in short: `run({"cmd":"ls"})`. */
function read(
  pieces: readonly string[],
  forms: readonly PseudoCallForm[] = PSEUDO_CALL_FORMS,
  last: readonly InferenceEvent[] = [{ type: 'text-end' }, STOP],
): readonly string[] {
  let made = 0;
  const step = pseudoCalls({ forms, tools, newCallId: () => `c${++made}` });
  const events: InferenceEvent[] = [
    { type: 'text-start' },
    ...pieces.map((text): InferenceEvent => ({ type: 'text-delta', text })),
    ...last,
  ];
  const told = [...events.flatMap((event) => step.push(event)), ...step.end()];
  const lines: string[] = [];
  let text: string | undefined;
  for (const event of told) {
    if (event.type === 'text-start') text = '';
    else if (event.type === 'text-delta') text += event.text;
    else if (event.type === 'tool-call-start')
      lines.push(`${event.callId} ${event.name.namespace ?? ''}${event.name.name}(`);
    else if (event.type === 'tool-call-delta') lines[lines.length - 1] += `${event.input})`;
    else if (event.type === 'finish') lines.push(...(text === undefined ? [] : [text]), event.reason);
    else if (event.type === 'text-end') {
      lines.push(text ?? '');
      text = undefined;
    }
  }
  return lines;
}

const LS = '{"cmd":"ls"}';

/** What models were seen to write, and the calls that it means. */
const WRITTEN: readonly (readonly [PseudoCallForm, string, readonly string[]])[] = [
  ['json', '{"name": "run", "arguments": {"cmd": "ls"}}', [LS]],
  [
    'json',
    '\n{"name":"run","parameters":{"cmd":"ls"}}\n{"name":"run","arguments":{"cmd":"pwd"}}',
    [LS, '{"cmd":"pwd"}'],
  ],
  ['json', '[{"type":"function","function":{"name":"run","arguments":"{\\"cmd\\":\\"ls\\"}"}}]', [LS]],
  ['json', '```json\n{"name":"run","arguments":{"cmd":"ls"}}\n```\n', [LS]],
  ['json', '```\n{\n  "name": "run",\n  "arguments": {"cmd": "ls",}\n}\n```', [LS]],
  ['tool-call-tags', '<tool_call>\n{"name": "run", "arguments": {"cmd": "ls"}}\n</tool_call>', [LS]],
  ['tool-call-tags', '<tool_call>{"name":"run","arguments":{"cmd":"ls"}}', [LS]],
  [
    'tool-call-tags',
    '<tool_call>\n<function=run>\n<parameter=cmd>\ncat <<E\n<b>\nE\n</parameter>\n<parameter=limit>\n5\n</parameter>\n</function>\n</tool_call>',
    ['{"cmd":"cat <<E\\n<b>\\nE","limit":5}'],
  ],
  ['tool-call-tags', '<tool_call>run\n<arg_key>cmd</arg_key>\n<arg_value>ls</arg_value>\n</tool_call>', [LS]],
  ['tool-call-tags', '<tool_call>run</tool_call>', ['{}']],
  ['function-tags', '<function=run>\n<parameter=cmd>\nls\n</parameter>\n</function>\n</tool_call>', [LS]],
  ['function-tags', '<function=run>{"cmd":"ls"}</function>', [LS]],
  [
    'function-tags',
    '<function=run><parameter=tty>True</parameter><parameter=cmd>5</parameter></function>',
    ['{"tty":true,"cmd":"5"}'],
  ],
  ['python-tag', '<|python_tag|>{"name": "run", "parameters": {"cmd": "ls"}}', [LS]],
  ['python-tag', '<|python_tag|>{"name":"run","parameters":{"cmd":"ls"}}; {"name":"run","parameters":{}}', [LS, '{}']],
  ['bracket-token', '[TOOL_CALLS][{"name": "run", "arguments": {"cmd": "ls"}}]', [LS]],
  [
    'bracket-token',
    '[TOOL_CALLS]run[ARGS]{"cmd": "ls"}[TOOL_CALLS]run{"cmd":"pwd"}',
    ['{"cmd": "ls"}', '{"cmd":"pwd"}'],
  ],
  ['bracket-token', '[TOOL_CALLS]run[CALL_ID]abc123DEF[ARGS]{"cmd":"a{b}"}', ['{"cmd":"a{b}"}']],
  [
    'deepseek-tokens',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>run\n```json\n{"cmd":"ls"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [LS],
  ],
  [
    'deepseek-tokens',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>run<｜tool▁sep｜>{"cmd":"ls"}<｜tool▁call▁end｜><｜tool▁call▁begin｜>run<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [LS, '{}'],
  ],
  [
    'dsml',
    '<｜DSML｜function_calls>\n<｜DSML｜invoke name="run">\n<｜DSML｜parameter name="cmd" string="true">ls</｜DSML｜parameter>\n<｜DSML｜parameter name="limit" string="false">10</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
    ['{"cmd":"ls","limit":10}'],
  ],
  [
    'dsml',
    '<｜DSML｜invoke name="run">\n<｜DSML｜parameter name="cmd" string="true">ls</｜DSML｜parameter>\n</｜DSML｜invoke>',
    [LS],
  ],
  [
    'dsml',
    '<｜｜DSML｜｜ calls>\n<｜｜DSML｜｜ invoke name="run">\n<｜｜DSML｜｜ parameter name="cmd" string="true">ls</｜｜DSML｜｜ parameter>\n</｜｜DSML｜｜ invoke>\n</｜｜DSML｜｜ calls>',
    [LS],
  ],
  [
    'kimi-tokens',
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.run:0<|tool_call_argument_begin|>{"cmd":"ls"}<|tool_call_end|><|tool_calls_section_end|>',
    [LS],
  ],
  ['kimi-tokens', '<|tool_call_begin|>run:1<|tool_call_argument_begin|>{"cmd":"ls"}<|tool_call_end|>', [LS]],
  [
    'invoke-tags',
    '<minimax:tool_call>\n<invoke name="run">\n<parameter name="cmd">ls</parameter>\n</invoke>\n</minimax:tool_call>',
    [LS],
  ],
  [
    'invoke-tags',
    '<invoke name="run"><parameter name="cmd">ls</parameter></invoke>\n<invoke name="run"></invoke>',
    [LS, '{}'],
  ],
  [
    'minimax-token',
    ']<]minimax[>[<tool_call>\n]<]minimax[>[<invoke name="run">]<]minimax[>[<cmd>ls]<]minimax[>[</cmd>]<]minimax[>[</invoke>\n]<]minimax[>[</tool_call>',
    [LS],
  ],
];

for (const [form, text, calls] of WRITTEN) {
  test(`${form}: ${JSON.stringify(text.slice(0, 60))}`, () => {
    const expected = [...calls.map((input, index) => `c${index + 1} run(${input})`), 'tool-calls'];
    const litter = text.endsWith('</function>\n</tool_call>') && form === 'function-tags' ? ['\n</tool_call>'] : [];
    const told = [...expected.slice(0, -1), ...litter, 'tool-calls'];
    assert.deepEqual(read([text], [form]), told);
    assert.deepEqual(read([...text], [form]), told, 'character by character');
    assert.deepEqual(read([text], PSEUDO_CALL_FORMS), told, 'among all forms');
    if (form !== 'json') {
      assert.deepEqual(read([`I look.\n\n${text}`], [form]), ['I look.\n\n', ...told], 'behind words');
      assert.deepEqual(read([`\`\`\`xml\n${text}`], [form]).at(-1), 'stop', 'in a fence');
    }
    assert.deepEqual(
      read([text.replaceAll('run', 'fly')], [form]),
      [text.replaceAll('run', 'fly'), 'stop'],
      'not offered',
    );
    const other = PSEUDO_CALL_FORMS.filter((one) => one !== form && one !== 'json');
    if (!/tool_call>|function=|invoke|function</.test(text)) assert.deepEqual(read([text], other), [text, 'stop']);
  });
}

test('freeform and namespaced tools come as what they are', () => {
  const call = (name: string, args: string) => read([`<tool_call>{"name":"${name}","arguments":${args}}</tool_call>`]);
  assert.deepEqual(call('apply_patch', '{"input":"*** Begin"}'), ['c1 apply_patch(*** Begin)', 'tool-calls']);
  assert.deepEqual(call('apply_patch', '{"patch":"*** Begin"}'), ['c1 apply_patch(*** Begin)', 'tool-calls']);
  assert.deepEqual(read(['[TOOL_CALLS]apply_patch[ARGS]{"input":"x"}']), ['c1 apply_patch(x)', 'tool-calls']);
  assert.deepEqual(call('mcp__demo__add', '{}'), ['c1 mcp__demoadd({})', 'tool-calls']);
  assert.deepEqual(call('apply_patch', '{"a":1,"b":2}').at(-1), 'stop');
});

/** Text that stays text, whatever the dialect. */
const WORDS: readonly string[] = [
  'Use `<tool_call>{"name":"run","arguments":{}}</tool_call>` in the template.',
  '```xml\n<tool_call>{"name":"run","arguments":{"cmd":"ls"}}</tool_call>\n```\nThat is how it looks.',
  'The tag <tool_call>{"name":"run","arguments":{}}</tool_call> stands in a line.',
  '{"name":"run","version":"1.0.0","arguments":{}}',
  '{"name":"run"}',
  'Here it is:\n```json\n{"name":"run","arguments":{"cmd":"ls"}}\n```\nRun it with node.',
  'Here it is:\n```json\n{"name":"my-package","version":"1.0.0"}\n```',
  '[1, 2, 3] is a list, {"a": 1} an object.',
  '<tool_call>\nnot a call\n</tool_call>\nand so on',
  '<function=run>\nwords\n</function>',
  'a < b, `` `x` ``, [TOOL_CALL] and <|python|>',
  '<',
  '``',
  '{"na',
  'It ends with\n<tool_cal',
];

for (const text of WORDS) {
  test(`words: ${JSON.stringify(text.slice(0, 60))}`, () => {
    assert.deepEqual(read([text]), [text, 'stop']);
    assert.deepEqual(read([...text]), [text, 'stop']);
  });
}

test('a call that a limit or a failure cut stays text', () => {
  const [, text = ''] = WRITTEN.find(([form]) => form === 'tool-call-tags') ?? [];
  const half = text.slice(0, -5);
  assert.deepEqual(read([half], undefined, [{ type: 'finish', reason: 'length' }]), [half, 'length']);
  const cut = pseudoCalls({ forms: PSEUDO_CALL_FORMS, tools, newCallId: () => 'c' });
  cut.push({ type: 'text-start' });
  cut.push({ type: 'text-delta', text: half });
  const failure: InferenceEvent = { type: 'error', failure: { kind: 'cut', message: 'x' } };
  assert.deepEqual(cut.push(failure), [{ type: 'text-start' }, { type: 'text-delta', text: half }, failure]);
});

test('words stream as they come; only what may begin a call is held', () => {
  const step = pseudoCalls({ forms: ['tool-call-tags', 'json'], tools, newCallId: () => 'c' });
  const delta = (text: string): InferenceEvent => ({ type: 'text-delta', text });
  assert.deepEqual(step.push({ type: 'text-start', phase: 'commentary' }), []);
  assert.deepEqual(step.push(delta('\n')), []);
  assert.deepEqual(step.push(delta('I ')), [{ type: 'text-start', phase: 'commentary' }, delta('\nI ')]);
  const same = delta('look <b> at {x}');
  assert.equal(step.push(same)[0], same);
  assert.deepEqual(step.push(delta('it.\n<tool')), [delta('it.\n')]);
  assert.deepEqual(step.push(delta('s>')), [delta('<tools>')]);
});

test('text without calls is never changed, and where its pieces end makes no difference', () => {
  const bits = fc.constantFrom(
    ...[
      'word ',
      '\n',
      '```',
      '```json\n',
      '<',
      '<tool_call>',
      '</tool_call>',
      '{"name":"run",',
      '"arguments":{}}',
      '{',
      '[',
      '`',
      '"',
      ' ',
      '<function=run>',
      '</function>',
      '[TOOL_CALLS]',
      '<｜DSML｜',
      '<invoke name="fly">',
      '</invoke>',
    ],
  );
  const texts = fc.array(bits, { maxLength: 14 }).map((list) => list.join(''));
  fc.assert(
    fc.property(texts, fc.array(fc.nat(), { maxLength: 6 }), (text, cuts) => {
      const ends = cuts.map((cut) => cut % (text.length + 1)).sort((one, other) => one - other);
      const pieces = [...ends, text.length].map((end, index) => text.slice(ends[index - 1] ?? 0, end));
      const whole = read([text]);
      assert.deepEqual(read(pieces), whole);
      assert.deepEqual(read([...text]), whole);
      if (whole.at(-1) === 'stop') assert.equal(whole.slice(0, -1).join(''), text.trim() === '' ? '' : text);
    }),
    { numRuns: 2_000 },
  );
});

test('a long call is read once, and one without end is let go', () => {
  const started = performance.now();
  const pieces = [
    '<tool_call>\n<function=run>\n<parameter=cmd>\n',
    ...Array(20_000).fill('if (a > b) { c(); }\n'),
    '</parameter>\n</function>\n</tool_call>',
  ];
  assert.equal(read(pieces).at(-1), 'tool-calls');
  assert.equal(read(['<tool_call>', ...Array(60_000).fill('<p>{"x": [1]} words ')]).at(-1), 'stop');
  const far = (piece: (at: number) => string, count: number) => Array.from({ length: count }, (_, at) => piece(at));
  const hostile: readonly (readonly string[])[] = [
    ['[TOOL_CALLS]run{"cmd":"', ...far((at) => `${at}}`, 60_000)],
    ['<tool_call>', ...far((at) => `<function=f${at}>`, 40_000), '</tool_call>'],
    ['<tool_call>', ...far((at) => `<parameter=f${at}></tool_call `, 30_000)],
    ['```json\n{"name":"run",', ' '.repeat(500_000), '``', ' '.repeat(400_000), '```', ' '.repeat(100_000), 'x'],
    ['<｜DSML｜invoke name="run">', ...far((at) => `<｜DSML｜p${at}></｜DSML｜q>`, 20_000)],
    ['<|tool_calls_section_begin|>', ...far((at) => `<|tool_call_begin|>f${at}`, 30_000), '<|tool_calls_section_end|>'],
    far((at) => (at % 2 === 0 ? '<' : '`'), 60_000),
  ];
  for (const text of hostile) assert.ok(read(text).length > 0);
  assert.ok(performance.now() - started < 10_000, `${performance.now() - started} ms`);
});
