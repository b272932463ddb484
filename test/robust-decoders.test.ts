import { test } from 'node:test';
import fc from 'fast-check';
import { findingOf } from './robust/findings.ts';
import { inputOf } from './robust/input.ts';
import { allSubjects } from './robust/subjects.ts';

/** A short walk on what `npm run fuzz` walks for as long as it is let: the same inputs, from another seed each time. */
const subjects = await allSubjects();

for (const subject of subjects) {
  test(`changed bytes end in a reply or in a failure: ${subject.name}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const { bytes, random } = inputOf([subject], seed, 0);
        const finding = await findingOf(subject, bytes, random());
        if (finding !== undefined) throw new Error(`--only ${subject.name} --seed ${seed}: ${finding.message}`);
      }),
      { numRuns: 60 },
    );
  });
}

for (const subject of subjects) {
  test(`random bytes end in a reply or in a failure: ${subject.name}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(), async (bytes, seed) => {
        const finding = await findingOf(subject, bytes, inputOf([subject], seed, 0).random());
        if (finding !== undefined) throw new Error(finding.message);
      }),
      { numRuns: 40 },
    );
  });
}
