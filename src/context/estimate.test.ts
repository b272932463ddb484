import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { estimateBodyTokens, estimateTokens } from './estimate.ts';
import { createTokenCounter } from './tokens.ts';

const counter = createTokenCounter();
after(counter.close);

async function counted(text: string): Promise<number> {
  const request = (words: string) => ({
    messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: words }] }],
    tools: [],
    outputFormat: { type: 'text' as const },
  });
  return (await counter.count(request(text))) - (await counter.count(request('')));
}

const bodyOf = (text: string): Uint8Array => Buffer.from(JSON.stringify({ input: text }));

const TEXTS = {
  english:
    'The gateway keeps the head of a stream until text arrives, so that another target can still take over. ' +
    'Whoever reads this knows what a commit point is, and why nothing may be sent before it.\n',
  code: 'export function append<T>(list: T[], more: readonly T[]): void {\n  for (const item of more) list.push(item);\n}\n',
  log: '2024-08-27 06:15:54,123 ERROR [worker-7] com.example.Pool: connection to 10.1.2.3:5432 refused after 3,012 ms\n',
  chinese: '网关把每个请求发送给合适的模型，并且记录选择它的原因。如果目标不可用，就尝试下一个目标。\n',
  japanese: 'ゲートウェイは各リクエストを適切なモデルに送り、その理由を記録します。\n',
};

for (const [name, text] of Object.entries(TEXTS)) {
  test(`${name} is estimated within a quarter`, async () => {
    const long = text.repeat(30);
    const exact = await counted(long);
    for (const estimate of [estimateTokens(long), estimateBodyTokens(bodyOf(long))]) {
      assert.ok(Math.abs(estimate / exact - 1) < 0.25, `${estimate} for ${exact}`);
    }
  });
}

test('a long body is looked at in parts, and comes out like the whole', () => {
  const mixed = Object.values(TEXTS).join('').repeat(300);
  const estimate = estimateBodyTokens(bodyOf(mixed));
  assert.ok(Math.abs(estimate / estimateTokens(mixed) - 1) < 0.1);
});

test('an image counts by a fixed number, however large it is and wherever it stands', () => {
  for (const length of [20_000, 3_000_000]) {
    for (const before of ['', TEXTS.english.repeat(20), TEXTS.english.repeat(400)]) {
      const url = `data:image/png;base64,${Buffer.from(TEXTS.code.repeat(length / 100)).toString('base64')}`;
      const body = Buffer.from(JSON.stringify({ input: [before, { url }, before] }));
      const bare = Buffer.from(JSON.stringify({ input: [before, before] }));
      const image = estimateBodyTokens(body) - estimateBodyTokens(bare);
      const slack = 0.1 * estimateBodyTokens(bare);
      assert.ok(image > 300 - slack && image < 2_500 + slack, `${image} tokens for ${url.length} characters`);
    }
  }
});

test('any text and any bytes have an estimate: a whole number, not below zero', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (text) => {
      assert.ok(Number.isInteger(estimateTokens(text)) && estimateTokens(text) >= 0);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60_000 }), (bytes) => {
      assert.ok(Number.isInteger(estimateBodyTokens(bytes)) && estimateBodyTokens(bytes) >= 0);
    }),
  );
});
