import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Content, type GenerateContentConfig, GoogleGenAI } from '@google/genai';
import { say, script } from '../../src/simulator/script.ts';
import { startSimulator } from '../../src/simulator/server.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/gemini/', import.meta.url));

/** A body as our codec wrote it, with the members that Google's SDK takes as its own arguments. */
type Body = {
  readonly contents: Content[];
  readonly systemInstruction?: Content;
  readonly tools?: NonNullable<GenerateContentConfig['tools']>;
  readonly toolConfig?: NonNullable<GenerateContentConfig['toolConfig']>;
  readonly generationConfig?: GenerateContentConfig;
};

/** The SDK copies what it knows, by name, and drops the rest: what it sends on whole is named and nested as it should be. */
test("Google's SDK, given the members of our bodies, writes the same bodies", async (t) => {
  const simulator = await startSimulator({ scenario: () => script([say('ok')]), rules: 'none' });
  t.after(() => simulator.close());
  const sdk = new GoogleGenAI({ apiKey: 'key', httpOptions: { baseUrl: simulator.url } });
  const names = readdirSync(FIXTURES).filter((name) => existsSync(join(FIXTURES, name, 'upstream-request.json')));
  assert.ok(names.length > 6);
  for (const name of names) {
    const { body }: { body: Body } = JSON.parse(readFileSync(join(FIXTURES, name, 'upstream-request.json'), 'utf8'));
    const { contents, generationConfig, ...config } = body;
    await sdk.models.generateContent({ model: 'm', contents, config: { ...generationConfig, ...config } });
    assert.deepEqual(asWritten(simulator.requests.at(-1)?.body), asWritten(body), name);
  }
});

/** The SDK writes the types of a schema in capitals, the level of thinking too, and names the role of instructions. */
function asWritten(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (key, value: unknown) => {
    if (key === 'type' && typeof value === 'string') return value.toLowerCase();
    if (key === 'thinkingLevel') return String(value).toLowerCase();
    if (key === 'systemInstruction' && typeof value === 'object' && value !== null) return { ...value, role: 'user' };
    return value;
  });
}
