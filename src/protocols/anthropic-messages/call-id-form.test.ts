import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientCallId, providerCallId } from './call-id-form.ts';

test("the maker's own ids stay as they are", () => {
  assert.equal(clientCallId('toolu_01A09q90qw90lq917835lq9'), 'toolu_01A09q90qw90lq917835lq9');
  assert.equal(providerCallId('toolu_01A09q90qw90lq917835lq9'), 'toolu_01A09q90qw90lq917835lq9');
});

test('every provider gets back exactly what it made, and every client an id that the API takes', () => {
  const id = fc.oneof(
    fc.string({ minLength: 1, unit: 'grapheme' }),
    fc.stringMatching(/^(toolu_(pb_|pbx_)?|call_)?[a-zA-Z0-9_-]{1,40}$/),
  );
  fc.assert(
    fc.property(id, (made) => {
      const told = clientCallId(made);
      assert.match(told, /^toolu_[a-zA-Z0-9_-]+$/);
      assert.equal(providerCallId(told), made);
    }),
  );
});
