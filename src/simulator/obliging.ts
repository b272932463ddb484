import { isJsonObject } from '../ir/json.ts';
import { exampleOf } from './example.ts';
import { call, callFreeform, type Scenario, type Step, say, script, think } from './script.ts';
import { findTool, lastUserText, type OfferedTool, type Turn } from './turn.ts';

/** A model that gives every answer the form that was asked for, whatever it means: a forced tool is called, a tool that
 *  the prompt names too, a schema is met, limits and stop texts are kept. For suites that test the API, not the model. */
export const obligingScenario: Scenario = (turn) => {
  const calls = callsFor(turn);
  if (calls.length > 0) return script([think('A tool is called for.'), ...calls]);
  const answer = answerFor(turn);
  const { text, isCut } = limited(answer, turn);
  const steps: readonly Step[] = text === '' ? [] : [say(text)];
  return script(isCut ? steps : [think('The answer is plain.'), ...steps], {
    finish: isCut ? 'length' : 'stop',
    usage: { input: 24, output: words(text).length + (isCut ? 0 : 6), reasoning: isCut ? 0 : 6 },
  });
};

/** The calls of a turn: a tool that was forced, or every tool where the conversation has not called any yet. */
function callsFor(turn: Turn): readonly Step[] {
  if (turn.forced !== undefined) {
    const tool = turn.forced === 'any' ? turn.tools[0] : findTool(turn.tools, turn.forced);
    return tool === undefined ? [] : [exampleCall(tool)];
  }
  if (turn.results.length > 0 || turn.schema !== undefined) return [];
  const prompt = lastUserText(turn).toLowerCase();
  const named = turn.tools.filter((tool) => mentions(prompt, tool.name));
  const isTwice = named.length === 1 && /\b(both|each|two|and)\b/.test(prompt);
  return (isTwice ? [...named, ...named] : named).map(exampleCall);
}

/** `get_weather` is meant by "the weather in Rome". */
function mentions(prompt: string, tool: string): boolean {
  return tool.split(/[_-]+/).some((word) => word.length > 3 && prompt.includes(word.toLowerCase()));
}

function exampleCall(tool: OfferedTool): Step {
  if (tool.kind === 'freeform') return callFreeform(tool.name, 'Plugboard', tool.namespace);
  const example = exampleOf(tool.parameters ?? { type: 'object' });
  return call(tool.name, isJsonObject(example) ? example : {}, tool.namespace);
}

function answerFor(turn: Turn): string {
  if (turn.schema !== undefined) return JSON.stringify(exampleOf(turn.schema));
  const result = turn.results.at(-1)?.text;
  if (result !== undefined) return `The tool answered: ${result}`;
  const prompt = lastUserText(turn);
  if (/\bjson\b/i.test(`${turn.instructions} ${prompt}`)) return JSON.stringify({ answer: 'Plugboard' });
  return turn.images > 0 ? 'I see a red picture.' : `You said: ${prompt}`;
}

function limited(answer: string, turn: Turn): { readonly text: string; readonly isCut: boolean } {
  const ends = (turn.stop ?? []).map((stop) => answer.indexOf(stop)).filter((at) => at !== -1);
  const text = ends.length === 0 ? answer : answer.slice(0, Math.min(...ends));
  const all = words(text);
  if (turn.maxTokens === undefined || all.length <= turn.maxTokens) return { text, isCut: false };
  return { text: all.slice(0, turn.maxTokens).join(''), isCut: true };
}

/** A word with the space behind it counts as a token. */
function words(text: string): readonly string[] {
  return text.match(/\S+\s*/g) ?? [];
}
