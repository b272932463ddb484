/** Trains the classifier that ships (src/routing/classifier/weights.ts) on all public data that it may be trained on:
 *  `npm run train`. The same data gives the same file. Docs: docs/routing-grade.md. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dataFolder } from '../eval/data.ts';
import { openModelExamples, routeLlmExamples } from '../eval/routing/examples.ts';
import { fitClassifier, prepare } from '../eval/routing/training/fit.ts';
import { encodeClassifier } from '../src/routing/classifier/classifier.ts';

const data = dataFolder();
if (data === undefined) {
  console.error('The public data is not beside the checkout (../shared/data).');
  process.exit(1);
}
const examples = prepare([...routeLlmExamples(data), ...openModelExamples(data)]);
const classifier = fitClassifier(examples);
const text = JSON.stringify(encodeClassifier(classifier));
const file = fileURLToPath(new URL('../src/routing/classifier/weights.ts', import.meta.url));
writeFileSync(
  file,
  `/** Written by \`npm run train\`, never by hand: a StoredClassifier in JSON.
 *  Trained on RouteLLM's evaluation (Apache-2.0) of MMLU and GSM8K (MIT) and on LLMRouter's queries (MIT). */
export const WEIGHTS =
  '${text}';
`,
);
console.log(`${examples.length} examples, ${text.length} characters of weights.`);
for (const [at, form] of ['with offered answers', 'others'].entries()) {
  const { cheap, strong } = classifier.thresholds[at === 0 ? 0 : 1];
  console.log(`${form}: clearly cheap up to ${cheap.toFixed(3)}, clearly strong from ${strong.toFixed(3)} on`);
}
