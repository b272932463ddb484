import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../src/ir/json.ts';
import { decodeRequest } from '../src/protocols/openai-responses/decode-request.ts';
import { continueRequest } from '../src/protocols/openai-responses/kept/continue-request.ts';
import type { KeptReply } from '../src/protocols/openai-responses/kept/kept-replies.ts';
import { keptReply, watchReply } from '../src/protocols/openai-responses/kept/watch-reply.ts';
import { readCreateFrame } from '../src/protocols/openai-responses/socket-frame.ts';

const captures = fileURLToPath(new URL('../../shared/codex/captures/', import.meta.url));

type Frame = { readonly dir: string; readonly json: JsonObject };

/** The frames of each socket that Codex opened, in their order. */
function sockets(): readonly { readonly name: string; readonly frames: readonly Frame[] }[] {
  if (!existsSync(captures)) {
    console.log('not run: the captured sockets of Codex because ../shared is missing');
    return [];
  }
  const files = readdirSync(captures).flatMap((folder) =>
    /^\d/.test(folder)
      ? readdirSync(captures + folder).flatMap((file) => (file.startsWith('frames-') ? [`${folder}/${file}`] : []))
      : [],
  );
  assert.ok(files.length >= 3);
  return files.map((name) => ({ name, frames: framesOf(readFileSync(captures + name, 'utf8')) }));
}

function framesOf(lines: string): readonly Frame[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => {
      const frame = parseJson(line);
      assert.ok(isJsonObject(frame) && isJsonObject(frame['json']));
      return { dir: String(frame['dir']), json: frame['json'] };
    });
}

/** The whole requests that the frames of a socket stand for, in their order. */
function wholeRequests(frames: readonly Frame[]): readonly JsonObject[] {
  const kept = new Map<string, KeptReply>();
  const requests: JsonObject[] = [];
  let end = (_text: string): void => {};
  for (const { dir, json } of frames) {
    const text = JSON.stringify(json);
    if (dir !== 'in') {
      end(text);
      continue;
    }
    const { body } = readCreateFrame(Buffer.from(text), {});
    const { body: whole, turn } = continueRequest(body, (id) => kept.get(id), true);
    const request = parseJson(Buffer.from(whole).toString('utf8'));
    assert.ok(isJsonObject(request));
    requests.push(request);
    const watch = watchReply();
    end = (event) => {
      watch.event(event);
      const reply = watch.reply();
      if (reply !== undefined) kept.set(reply.id, keptReply(turn, reply, false));
    };
  }
  return requests;
}

const inputOf = (request: JsonObject): readonly Json[] => {
  assert.ok(Array.isArray(request['input']));
  return request['input'];
};

test('what Codex sent over sockets is put together to whole requests, each beginning with the one before', () => {
  for (const { name, frames } of sockets()) {
    const requests = wholeRequests(frames);
    for (const [index, request] of requests.entries()) {
      assert.ok(!('type' in request) && !('generate' in request), name);
      assert.equal(request['stream'], true, name);
      const before = requests[index - 1];
      if (before === undefined) continue;
      assert.ok(!('previous_response_id' in request), name);
      assert.deepEqual(inputOf(request).slice(0, inputOf(before).length), inputOf(before), name);
      assert.deepEqual(decodeRequest(request).losses, [], name);
    }
  }
});
