import { readFileSync } from 'node:fs';

const SOURCE = readFileSync(new URL('./run.ts', import.meta.url), 'utf8');

/** Requests as an agent sends them. @param historyBytes  about how large the conversation is. */
export function responsesBody(model: string, historyBytes = 0): string {
  const input: object[] = [
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Say 200 words.' }] },
  ];
  for (let size = 0, turn = 0; size < historyBytes; turn += 1) {
    const call = {
      type: 'function_call',
      call_id: `call_${turn}`,
      name: 'exec_command',
      arguments: `{"cmd":"sed -n '${turn}p' src/main.ts"}`,
    };
    const output = { type: 'function_call_output', call_id: call.call_id, output: outputText(turn) };
    input.push(call, output);
    size += JSON.stringify(call).length + JSON.stringify(output).length;
  }
  return JSON.stringify({
    model,
    stream: true,
    store: false,
    instructions: 'You are a coding agent.',
    tools: TOOLS,
    tool_choice: 'auto',
    parallel_tool_calls: true,
    input,
  });
}

export function chatBody(model: string, textBytes = 0): string {
  return JSON.stringify({
    model,
    stream: true,
    messages: [{ role: 'user', content: `Say 200 words. ${'x'.repeat(textBytes)}` }],
  });
}

export function messagesBody(model: string): string {
  return JSON.stringify({
    model,
    stream: true,
    max_tokens: 4_096,
    messages: [{ role: 'user', content: 'Say 200 words.' }],
  });
}

/** The same request as a frame of a socket. */
export function frameBody(model: string): string {
  return JSON.stringify({ type: 'response.create', ...JSON.parse(responsesBody(model)) });
}

const TOOLS = ['exec_command', 'write_stdin', 'view_image'].map((name) => ({
  type: 'function',
  name,
  description: `The tool ${name}.`,
  strict: false,
  parameters: {
    type: 'object',
    properties: { cmd: { type: 'string' }, workdir: { type: 'string' } },
    required: ['cmd'],
  },
}));

/** What a command prints: a piece of source text. */
function outputText(turn: number): string {
  const from = (turn * 1_000) % (SOURCE.length - 2_000);
  return `${turn}\n${SOURCE.slice(from, from + 2_000)}`;
}
