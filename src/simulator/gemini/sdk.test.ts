import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ApiError,
  type Content,
  FunctionCallingConfigMode,
  GoogleGenAI,
  type Part,
  ThinkingLevel,
} from '@google/genai';
import { call, rounds, type Scenario, say, script, think } from '../script.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../server.ts';

/** The simulator as Google's own SDK sees it: what it cannot read, no gateway should learn to read. */
async function withSdk(
  options: SimulatorOptions,
  use: (sdk: GoogleGenAI, simulator: Simulator) => Promise<void>,
): Promise<void> {
  const simulator = await startSimulator({ key: 'right', ...options });
  try {
    await use(new GoogleGenAI({ apiKey: 'right', httpOptions: { baseUrl: simulator.url } }), simulator);
  } finally {
    await simulator.close();
  }
}

const TOOLS = [
  {
    functionDeclarations: [
      {
        name: 'run',
        description: 'Runs a command.',
        parametersJsonSchema: { type: 'object', properties: { cmd: { type: 'string' } }, required: ['cmd'] },
      },
    ],
  },
];
const CONFIG = {
  tools: TOOLS,
  systemInstruction: 'Be brief.',
  thinkingConfig: { includeThoughts: true, thinkingLevel: ThinkingLevel.LOW },
};

const work: Scenario = rounds(
  script([think('Two at once.'), say('I run both.'), call('run', { cmd: 'one' }), call('run', { cmd: 'two' })], {
    usage: { input: 100, cached: 40, output: 30, reasoning: 10 },
  }),
  script([say('Done.')]),
);

test('a streamed turn with two calls, and the turn after it with all that the model signed', () =>
  withSdk({ scenario: work }, async (sdk, simulator) => {
    const contents: Content[] = [{ role: 'user', parts: [{ text: 'Go.' }] }];
    const parts: Part[] = [];
    let thought = '';
    let text = '';
    for await (const piece of await sdk.models.generateContentStream({ model: 'm', contents, config: CONFIG })) {
      for (const part of piece.candidates?.[0]?.content?.parts ?? []) {
        if (part.thought === true) thought += part.text ?? '';
        else {
          text += part.text ?? '';
          if (part.text !== '' || part.thoughtSignature !== undefined) parts.push(part);
        }
      }
      if (piece.usageMetadata !== undefined) assert.equal(piece.usageMetadata.thoughtsTokenCount, 10);
    }
    assert.deepEqual([thought, text], ['Two at once.', 'I run both.']);
    const calls = parts.flatMap((part) => part.functionCall ?? []);
    assert.deepEqual(
      calls.map(({ name, args }) => [name, args]),
      [
        ['run', { cmd: 'one' }],
        ['run', { cmd: 'two' }],
      ],
    );
    const outputs = calls.map(({ id, name }) => ({
      functionResponse: { ...(id === undefined ? {} : { id }), name: name ?? '', response: { output: 'ok' } },
    }));
    const next: Content[] = [...contents, { role: 'model', parts }, { role: 'user', parts: outputs }];
    const last = await sdk.models.generateContent({ model: 'm', contents: next, config: CONFIG });
    assert.equal(last.text, 'Done.');
    assert.equal(last.candidates?.[0]?.finishReason, 'STOP');
    assert.equal(simulator.requests.length, 2);

    const unsigned = parts.map(({ thoughtSignature: _, ...part }) => part);
    const bare: Content[] = [...contents, { role: 'model', parts: unsigned }, { role: 'user', parts: outputs }];
    await assert.rejects(
      sdk.models.generateContent({ model: 'm', contents: bare, config: CONFIG }),
      /missing a thought_signature/,
    );
  }));

test('a chat of the SDK keeps the signatures of text too', () =>
  withSdk({ scenario: () => script([say('Three.')]) }, async (sdk) => {
    const chat = sdk.chats.create({ model: 'm' });
    assert.equal((await chat.sendMessage({ message: 'How many?' })).text, 'Three.');
    assert.equal((await chat.sendMessage({ message: 'Sure?' })).text, 'Three.');
    assert.ok(JSON.stringify(chat.getHistory()).includes('thoughtSignature'));
  }));

test('a forced call, arguments in pieces, and a cut by length', () =>
  withSdk(
    {
      scenario: (turn) =>
        turn.forced === undefined
          ? script([say('Cut')], { finish: 'length' })
          : script([call('run', { cmd: 'ls', deep: { list: [1, 'a'], yes: true, no: null } })], {
              oddities: { streamedArguments: true, pieceLength: 1 },
            }),
    },
    async (sdk) => {
      const mode = FunctionCallingConfigMode.ANY;
      const toolConfig = { functionCallingConfig: { mode, allowedFunctionNames: ['run'] } };
      const stream = await sdk.models.generateContentStream({
        model: 'm',
        contents: 'Go.',
        config: { tools: TOOLS, toolConfig },
      });
      const paths = new Set<string>();
      for await (const piece of stream) {
        for (const { partialArgs = [] } of piece.functionCalls ?? []) {
          for (const { jsonPath } of partialArgs) if (jsonPath !== undefined) paths.add(jsonPath);
        }
      }
      assert.deepEqual([...paths], ['$.cmd', '$.deep.list[0]', '$.deep.list[1]', '$.deep.yes', '$.deep.no']);
      const cut = await sdk.models.generateContent({ model: 'm', contents: 'Go.' });
      assert.equal(cut.candidates?.[0]?.finishReason, 'MAX_TOKENS');
    },
  ));

test('a wrong key, a blocked prompt, an error in the stream, and the list of models', () =>
  withSdk(
    {
      models: ['m', 'n'],
      scenario: (turn) =>
        turn.stream
          ? script([say('half'), { type: 'fail', code: 'overloaded_error', message: 'Overloaded' }])
          : script([], { finish: 'refusal' }),
    },
    async (sdk, { url }) => {
      const wrong = new GoogleGenAI({ apiKey: 'wrong', httpOptions: { baseUrl: url } });
      await assert.rejects(
        wrong.models.generateContent({ model: 'm', contents: 'Go.' }),
        (error: unknown) =>
          error instanceof ApiError && error.status === 400 && /API key not valid/.test(error.message),
      );
      const blocked = await sdk.models.generateContent({ model: 'm', contents: 'Go.' });
      assert.equal(blocked.promptFeedback?.blockReason ?? blocked.candidates?.[0]?.finishReason, 'PROHIBITED_CONTENT');
      const stream = await sdk.models.generateContentStream({ model: 'm', contents: 'Go.' });
      await assert.rejects(async () => {
        for await (const _ of stream);
      }, /Overloaded/);
      const names: (string | undefined)[] = [];
      for await (const model of await sdk.models.list()) names.push(model.name);
      assert.deepEqual(names, ['models/m', 'models/n', 'models/text-embedding']);
    },
  ));

test('without alt=sse the pieces come as one list', () =>
  withSdk({ scenario: () => script([say('one, two')]) }, async (_, { url }) => {
    const reply = await fetch(`${url}/v1beta/models/m:streamGenerateContent`, {
      method: 'POST',
      headers: { 'x-goog-api-key': 'right' },
      body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Go.' }] }] }),
    });
    const pieces: unknown = await reply.json();
    assert.ok(Array.isArray(pieces) && pieces.length >= 2);
  }));
