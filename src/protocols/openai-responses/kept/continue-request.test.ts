import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../../ir/failure.ts';
import { continueRequest } from './continue-request.ts';
import type { KeptReply } from './kept-replies.ts';
import { keptReply, watchReply, wholeReply } from './watch-reply.ts';

const CALL = '{"type":"function_call","call_id":"c1","name":"run","arguments":"{ \\"a\\":1 }"}';
const OUTPUT = '{"type":"function_call_output","call_id":"c1","output":"done"}';

function kept(first: string, items: readonly string[], before?: KeptReply): KeptReply {
  const watch = watchReply();
  for (const item of items) watch.event(`{"type":"response.output_item.done","output_index":0,"item":${item}}`);
  watch.event('{"type":"response.completed","response":{"id":"resp_1","output":[]}}');
  const reply = watch.reply();
  assert.ok(reply);
  const { turn } = continueRequest(Buffer.from(first), () => before, false);
  return keptReply(turn, reply, false);
}

const continued = (body: string, before: KeptReply): string =>
  Buffer.from(continueRequest(Buffer.from(body), () => before, true).body).toString();

test('the kept items come before the new ones, byte for byte, and all else stays', () => {
  const before = kept('{"model":"m", "input" : [ {"role":"user",  "content":"\\u00fc"} ]}', [CALL]);
  const body = `{"model":"m", "previous_response_id":"resp_1", "input":[${OUTPUT}], "tools" : [ ]}`;
  assert.equal(
    continued(body, before),
    `{"model":"m", "input":[{"role":"user",  "content":"\\u00fc"},${CALL},${OUTPUT}], "tools" : [ ]}`,
  );
});

test('a text is the message that it stands for; no input at all is none', () => {
  const before = kept('{"model":"m","input":"hi"}', []);
  const hi = '{"type":"message","role":"user","content":"hi"}';
  assert.equal(
    continued('{"model":"m","input":"so?","previous_response_id":"resp_1"}', before),
    `{"model":"m","input":[${hi},{"type":"message","role":"user","content":"so?"}]}`,
  );
  assert.equal(continued('{"previous_response_id":"resp_1","model":"m"}', before), `{"input":[${hi}],"model":"m"}`);
});

test('an id that is not known stays for the provider; nothing is kept where nothing may be stored', () => {
  const body = Buffer.from('{"model":"m","previous_response_id":"resp_9","input":[],"store":false}');
  const request = continueRequest(body, () => undefined, false);
  assert.equal(request.body, body);
  assert.deepEqual([request.turn.previousId, request.turn.store, request.turn.input.length], ['resp_9', false, 0]);
});

test('a bare output has its call again; one that could answer two is refused', () => {
  const once = kept('{"model":"m","input":"hi"}', [CALL]);
  const body = `{"model":"m","previous_response_id":"resp_1","input":[${OUTPUT}]}`;
  assert.ok(continued(body, once).includes(`${CALL},${OUTPUT}`));
  const twice = kept(`{"model":"m","previous_response_id":"resp_1","input":"again"}`, [CALL], once);
  assert.throws(
    () => continued(body, twice),
    (error) => error instanceof GatewayError && /"c1" could answer several calls/.test(error.failure.message),
  );
  const answered = kept(body, [CALL], once);
  assert.ok(continued(body, answered).endsWith(`${CALL},${OUTPUT}]}`), 'an answered call is no longer open');
});

test('an output that answers no call is refused; a call among the first items is found', () => {
  const plain = kept('{"model":"m","input":"hi"}', []);
  const body = `{"model":"m","previous_response_id":"resp_1","input":[${OUTPUT}]}`;
  assert.throws(
    () => continued(body, plain),
    (error) => error instanceof GatewayError && /No tool call found .* c1\./.test(error.failure.message),
  );
  const own = kept(`{"model":"m","input":[${CALL}]}`, []);
  assert.ok(continued(body, own).includes(`${CALL},${OUTPUT}`));
});

test('however many calls are open, they are looked for once, and count as what is kept', () => {
  const ids = Array.from({ length: 6_000 }, (_, at) => `c${at}`);
  const items = (text: (id: string) => string): string => ids.map(text).join(',');
  const calls = items((id) => `{"type":"function_call","call_id":"${id}","name":"f","arguments":"{}"}`);
  const outputs = items((id) => `{"type":"function_call_output","call_id":"${id}","output":""}`);
  const before = kept(`{"model":"m","input":[${calls}]}`, []);
  const begun = performance.now();
  continued(`{"model":"m","previous_response_id":"resp_1","input":[${outputs}]}`, before);
  assert.ok(performance.now() - begun < 5_000, 'read once for each output, they take a minute');
  const open = kept(`{"model":"m","previous_response_id":"resp_1","input":[${calls}]}`, [], kept('{"model":"m"}', []));
  const later = kept('{"model":"m","previous_response_id":"resp_1","input":[]}', [], open);
  assert.ok(later.bytes >= 64 * ids.length, 'each reply holds the list of open calls');
});

test('what was condensed is gone from the conversation that goes on', () => {
  const before = kept('{"model":"m","input":"hi"}', [CALL]);
  const item = '{"type":"compaction","encrypted_content":"pb1:{}"}';
  const body = '{"model":"m","previous_response_id":"resp_1","input":[{"type":"compaction_trigger"}]}';
  const condensed = kept(body, [item], before);
  assert.equal(
    continued('{"model":"m","previous_response_id":"resp_1","input":[{"role":"user","content":"on"}]}', condensed),
    `{"model":"m","input":[${item},{"role":"user","content":"on"}]}`,
  );
  assert.ok(condensed.wholeBytes < before.wholeBytes);
});

test('a reply that did not end well is not kept; one that came whole is', () => {
  const watch = watchReply();
  watch.event(`{"type":"response.output_item.done","item":${CALL}}`);
  watch.event('{"type":"response.failed","response":{"id":"resp_1"}}');
  watch.event('no json with "response.completed" in it');
  watch.event(
    '{"type":"response.output_text.delta","delta":"\\"response.completed\\" \\"response.output_item.done\\""}',
  );
  assert.equal(watch.reply(), undefined);
  assert.equal(wholeReply('{"error":{}}'), undefined);
  const reply = wholeReply(`{"id":"resp_2","output":[${CALL}]}`);
  assert.deepEqual(
    reply?.output.map((item) => JSON.parse(Buffer.from(item).toString())),
    [JSON.parse(CALL)],
  );
});
