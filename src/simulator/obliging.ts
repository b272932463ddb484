import { isJsonObject } from '../ir/json.ts';
import { exampleOf } from './example.ts';
import { call, callFreeform, type Scenario, type Step, say, script, think } from './script.ts';
import { findTool, lastUserText, type OfferedTool, type Turn } from './turn.ts';

/** A model that gives every answer the form that was asked for, whatever it means: a forced tool is called, a tool that
 *  the prompt names too, a schema is met, limits and stop texts are kept. For suites that test the API, not the model. */
export const obligingScenario: Scenario = (turn) => {
  const calls = callsFor(turn);
  if (calls.length > 0) return script([...thinking(turn), ...calls]);
  const { text, isCut } = limited(answerFor(turn), turn);
  const thoughts = isCut ? [] : thinking(turn);
  const reasoning = 3 * thoughts.length;
  const steps = text === '' ? thoughts : [...thoughts, say(text)];
  return script(steps, {
    finish: isCut ? 'length' : 'stop',
    usage: { input: 24, output: words(text).length + reasoning, reasoning },
  });
};

/** Where an answer has to be short there is no room for thoughts. */
function thinking(turn: Turn): readonly Step[] {
  return turn.isBrief === true || (turn.maxTokens ?? 100) < 32 ? [] : [think('That is plain.')];
}

/** The calls of a turn: a tool that was forced, or every tool where the conversation has not called any yet. */
function callsFor(turn: Turn): readonly Step[] {
  const prompt = lastUserText(turn).toLowerCase();
  const named = turn.tools.filter((tool) => mentions(prompt, tool.name));
  const most = turn.oneCall === true ? 1 : 10;
  if (turn.forced !== undefined) {
    const forced = turn.forced === 'any' ? turn.tools.slice(0, 1) : [findTool(turn.tools, turn.forced)];
    const tools = turn.forced === 'any' && named.length > 0 ? named : forced;
    return tools.flatMap((tool) => (tool === undefined ? [] : [exampleCall(tool)])).slice(0, most);
  }
  if (turn.results.length > 0 || turn.schema !== undefined) return [];
  const isTwice = named.length === 1 && /\b(both|each|two|and)\b/.test(prompt);
  return (isTwice ? [...named, ...named] : named).map(exampleCall).slice(0, most);
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
  const heard = [turn.instructions, ...turn.userTexts].filter((text) => text !== '').join(' ');
  if (/\bjson\b/i.test(heard)) return JSON.stringify({ answer: 'Plugboard' });
  return turn.images > 0 ? 'I see a red picture.' : `You said: ${heard}`;
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
