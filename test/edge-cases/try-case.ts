import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isJsonObject, type JsonObject, parseJson } from '../../src/ir/json.ts';
import { PROTOCOL_IDS, type ProtocolId } from '../../src/ir/protocol-id.ts';
import { findPreset } from '../../src/providers/presets/presets.ts';
import type { EdgeCase, Outcome, Told, Trial } from './case.ts';
import { at } from './read.ts';
import { type Answer, type Exchanged, plainServer, type Stage, startStage } from './stage.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));

/** Names of files below `fixtures/`. @property read  keeps track of those that were used. */
export type Fixtures = { readonly read: (file: string) => Buffer; readonly used: ReadonlySet<string> };

export function openFixtures(): Fixtures {
  const used = new Set<string>();
  return {
    used,
    read: (file) => {
      used.add(file);
      return readFileSync(fixtures + file);
    },
  };
}

export async function tryCase(one: EdgeCase, stage: Stage, files: Fixtures): Promise<void> {
  const own = (file: string): string => (file.includes('/') ? file : `edge-cases/${one.fixture}/${file}`);
  const read = (file: string): Buffer => files.read(own(file));
  const exchanges: Exchanged[] = [];
  for (const trial of one.trials) exchanges.push(await exchange(trial, stage, read, await before(trial, stage, read)));
  const seen: Outcome[] = [];
  for (const [index, trial] of one.trials.entries()) {
    const exchanged = exchanges[index];
    if (exchanged !== undefined) seen.push(await check(trial, exchanged, stage, one));
  }
  await one.also?.({ written: stage.written, endlessStream: () => endlessStream(read) });
  assert.ok(one.trials.length === 0 || seen.includes(one.outcome), `it is ${seen.join(', ')}`);
}

type Read = (file: string) => Buffer;

async function check(trial: Trial, exchanged: Exchanged, stage: Stage, one: EdgeCase): Promise<Outcome> {
  const { sent, requestId } = exchanged;
  const losses = trial.unrecorded === true ? [] : await stage.losses(requestId);
  const told: Told = { ...exchanged.told, losses };
  try {
    return outcomeOf(trial, told, sent);
  } catch (error) {
    const about = `${one.number}, ${trial.to}: ${told.status} ${told.text.slice(0, 1_500)}`;
    throw new Error(`${about}\n${sent.join('\n').slice(0, 1_500)}`, { cause: error });
  }
}

function outcomeOf(trial: Trial, told: Told, sent: readonly string[]): Outcome {
  const { refusal, loss, besides } = trial;
  if (refusal !== undefined) {
    assert.equal(told.status, refusal.status);
    assert.match(told.text, refusal.words);
  } else assert.equal(told.status, 200);
  const [raw] = sent;
  if (trial.sent !== undefined) {
    const body = parseJson(raw ?? '');
    assert.ok(raw !== undefined && isJsonObject(body), 'nothing went upstream');
    trial.sent(body, raw);
  }
  trial.told?.(told);
  if (loss !== undefined)
    assert.ok(
      told.losses.some((line) => loss.test(line)),
      `lost: ${told.losses.join('; ')}`,
    );
  const unexplained = told.losses.filter((line) => loss?.test(line) !== true && besides?.test(line) !== true);
  assert.deepEqual(unexplained, [], 'losses that the case does not speak of');
  return refusal !== undefined ? 'refused' : loss !== undefined ? 'repaired' : 'carried';
}

/** @returns the id of the reply that went before. */
async function before({ before, ...trial }: Trial, stage: Stage, read: Read): Promise<string | undefined> {
  if (before === undefined) return undefined;
  const { told } = await exchange({ ...trial, ...before }, stage, read, undefined);
  const id = at(told.last, 'response.id');
  assert.ok(typeof id === 'string', told.text);
  return id;
}

function exchange(trial: Trial, stage: Stage, read: Read, responseId: string | undefined): Promise<Exchanged> {
  const { door = 'responses', request = DEFAULT_REQUEST, edit, headers = {} } = trial;
  const text = read(request).toString('utf8').replaceAll('"MODEL"', JSON.stringify(trial.to));
  const body = text.replaceAll('"RESPONSE"', JSON.stringify(responseId ?? ''));
  const changed = edit === undefined ? body : JSON.stringify(edit(objectOf(body)));
  const replies = typeof trial.reply === 'string' ? [trial.reply] : (trial.reply ?? [defaultReply(trial.to)]);
  return stage.exchange(
    door,
    Buffer.from(changed),
    headers,
    replies.map((file) => answerOf(trial, read(file))),
  );
}

const DEFAULT_REQUEST = 'request.json';

function answerOf({ status = 200, replyHeaders = {}, encode, pieces }: Trial, bytes: Buffer): Answer {
  const type = bytes.toString('utf8', 0, 1) === '{' ? 'application/json' : 'text/event-stream';
  return {
    status,
    headers: { 'content-type': type, ...replyHeaders },
    body: encode === undefined ? bytes : encode(bytes),
    ...(pieces === undefined ? {} : { pieces }),
  };
}

/** What a friendly upstream says. */
function defaultReply(to: string): string {
  return `edge-cases/replies/${protocolOf(to)}.sse`;
}

export function protocolOf(to: string): ProtocolId {
  const [name = ''] = to.split('/');
  const protocol = findPreset(name)?.protocol ?? PROTOCOL_IDS.find((id) => plainServer(id) === name);
  assert.ok(protocol !== undefined, `nobody is called ${name}`);
  return protocol;
}

async function endlessStream(read: Read): Promise<{ readonly stoppedAfterMs: number; readonly text: string }> {
  const stage = await startStage([]);
  const body = read('edge-cases/requests/agent.json').toString('utf8').replaceAll('"MODEL"', '"openai-chat-server/m"');
  const bytes = read('edge-cases/42-split-character/upstream.sse');
  const half = bytes.subarray(0, bytes.indexOf('\n\n') + 2);
  const answer: Answer = {
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: half,
    stays: true,
  };
  const exchanged = stage.exchange('responses', Buffer.from(body), {}, [answer]).then(
    ({ told }) => told.text,
    (error: unknown) => String(error),
  );
  await sleep(500);
  const started = performance.now();
  await stage.close();
  return { stoppedAfterMs: performance.now() - started, text: await exchanged };
}

function objectOf(text: string): JsonObject {
  const value = parseJson(text);
  assert.ok(isJsonObject(value));
  return value;
}
