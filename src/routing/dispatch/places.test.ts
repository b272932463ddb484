import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_LINE, through, valueAt } from './line.ts';
import { ANY_PLACES, afterFirstToken, placesAt } from './places.ts';

/** A server with so many slots, which are held for a while, and a stream of calls that wants more of them. */
function learned(slots: number, calls: number): number {
  let places = ANY_PLACES;
  let now = 0;
  for (let call = 0; call < calls; call += 1) {
    now += 500;
    const among = call % (slots * 2);
    const waits = among >= slots ? (among - slots + 1) * 800 : 0;
    places = afterFirstToken(places, among, 400 + waits, 400, now);
  }
  return placesAt(places, now);
}

test('the places of a server are learned from the calls that had to wait', () => {
  for (const slots of [4, 8, 16]) {
    const found = learned(slots, slots * 20);
    assert.ok(found >= slots && found <= slots * 1.25, `${found} for ${slots}`);
  }
});

test('without a call that waited there is no bound, and old evidence fades', () => {
  assert.equal(placesAt(afterFirstToken(ANY_PLACES, 50, 410, 400, 1_000), 1_000), Number.POSITIVE_INFINITY);
  const known = afterFirstToken(ANY_PLACES, 8, 2_000, 400, 0);
  assert.equal(placesAt(known, 0), 8);
  assert.equal(placesAt(known, 60_000), 16);
});

test('a line through what was read finds what a token takes, and never promises less for more', () => {
  let line = NO_LINE;
  for (let index = 0; index < 40; index += 1) {
    const tokens = 200 + (index % 8) * 500;
    line = through(line, tokens, 300 + tokens * 0.2, index * 1_000, 60_000);
  }
  assert.ok(Math.abs(valueAt(line, 4_000) - 1_100) < 150, `${valueAt(line, 4_000)}`);
  const falling = through(through(NO_LINE, 100, 900, 0, 60_000), 4_000, 300, 1, 60_000);
  assert.ok(valueAt(falling, 8_000) >= valueAt(falling, 100));
  assert.ok(Number.isNaN(valueAt(NO_LINE, 1)));
});
