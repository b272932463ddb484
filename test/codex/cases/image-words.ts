import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, say, script } from '../../../src/simulator/script.ts';
import { PIXEL_PNG } from '../fixtures/pixel.ts';
import { finalText, transcript } from '../harness/codex.ts';
import type { Case } from '../harness/lab.ts';

/** A model that sees. Nobody asks for it but the gateway. */
export const eyesCase: Case = {
  slug: 'eyes',
  title: 'puts images into words',
  scenario: (turn) => script([say(turn.images === 1 ? 'One grey pixel.' : 'I see nothing.')]),
  mayFail: true,
  run: async () => {},
};

export const blindCase: Case = {
  slug: 'blind',
  title: 'an image that the agent views reaches a model without eyes in the words of another, once',
  takesImages: false,
  scenario: (turn) => {
    if (turn.rounds === 0) return script([call('view_image', { path: 'pixel.png' })]);
    if (turn.rounds === 1) return script([call('exec_command', { cmd: 'echo on' })]);
    return script([say(`${turn.images} images. ${turn.results.map(({ text }) => text).join(' ')}`)]);
  },
  run: async ({ codex, workspace, upstream }) => {
    writeFileSync(join(workspace.directory, 'pixel.png'), Buffer.from(PIXEL_PNG, 'base64'));
    const done = await codex('look at pixel.png');
    assert.equal(done.status, 0, transcript(done));
    assert.match(
      finalText(done),
      /^0 images\. .*as the model eyes describes it\]\s*One grey pixel\./,
      transcript(done),
    );
    assert.equal(upstream().length, 3);
  },
};
