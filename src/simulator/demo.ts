import type { JsonObject } from '../ir/json.ts';
import { exampleOf } from './example.ts';
import { call, callFreeform, type Scenario, type Step, say, script, think } from './script.ts';
import { findTool, lastUserText, type Turn } from './turn.ts';

/** The model id under which the simulator offers itself. */
export const DEMO_MODEL = 'demo';

/** The one prompt that makes the demo touch files: whoever types anything else gets words only. */
export const DEMO_PROMPT =
  'Plugboard demo: look at this repository, write plugboard-demo.txt, improve it with a patch and check the result.';

/** The file that the demo's agent makes, and what it holds in the end. */
export const DEMO_FILE = 'plugboard-demo.txt';
export const DEMO_LINES: readonly string[] = ['Codex wrote this file through Plugboard.', 'A patch changed this line.'];

const FIRST_DRAFT = 'This line waits for a patch.';

const INTRODUCTION = `I am Plugboard's built-in simulator, not a real model: no provider is configured yet, so nothing \
left this machine.

To use a real model:
- \`plugboard init\` finds the keys and local model servers that you have and writes the configuration;
- or put a provider into config.yaml yourself, for example
  providers: { deepseek: { preset: deepseek, api_key: "\${DEEPSEEK_API_KEY}" } };
- then \`plugboard doctor\` checks the whole chain.

\`plugboard demo\` shows a whole agent's task, offline.`;

/** The scripted model that is there without any configuration.
 *  @param paceMs  rest between two pieces of the stream, so that a watcher sees it stream. */
export function demoScenario(paceMs = 0): Scenario {
  const rest = paceMs === 0 ? {} : { delivery: { paceMs } };
  return (turn) => script(demoSteps(turn), rest);
}

function demoSteps(turn: Turn): readonly Step[] {
  if (turn.schema !== undefined) return [say(JSON.stringify(exampleOf(turn.schema)))];
  const shell = findTool(turn.tools, 'exec_command');
  if (shell === undefined || !lastUserText(turn).includes(DEMO_PROMPT)) return [say(INTRODUCTION)];
  switch (turn.rounds) {
    case 0:
      return [think('First I look at what is here.'), say('I look at the repository.'), run('git status --short')];
    case 1:
      return [say(`I add ${DEMO_FILE}.`), addFile(turn)];
    case 2:
      return [say('Now I improve it.'), updateFile(turn)];
    case 3:
      // `cat` is a command of every POSIX shell and of PowerShell.
      return [say('I check the result.'), run(`cat ${DEMO_FILE}`)];
    default:
      return [say(summary(turn))];
  }
}

function run(cmd: string): Step {
  return call('exec_command', { cmd } satisfies JsonObject);
}

function addFile(turn: Turn): Step {
  const lines = [DEMO_LINES[0] ?? '', FIRST_DRAFT];
  if (findTool(turn.tools, 'apply_patch') === undefined) return writeFile(turn, lines);
  const added = lines.map((line) => `+${line}\n`).join('');
  return callFreeform('apply_patch', `*** Begin Patch\n*** Add File: ${DEMO_FILE}\n${added}*** End Patch\n`);
}

function updateFile(turn: Turn): Step {
  if (findTool(turn.tools, 'apply_patch') === undefined) return writeFile(turn, DEMO_LINES);
  const change = `@@\n ${DEMO_LINES[0]}\n-${FIRST_DRAFT}\n+${DEMO_LINES[1]}\n`;
  return callFreeform('apply_patch', `*** Begin Patch\n*** Update File: ${DEMO_FILE}\n${change}*** End Patch\n`);
}

/** Where no patch tool is offered the shell writes the file, in its own words. Codex names the shell in its context. */
function writeFile(turn: Turn, lines: readonly string[]): Step {
  const quoted = lines.map((line) => `'${line}'`);
  const powershell = turn.userTexts.some((text) => /<shell>(powershell|pwsh)/.test(text));
  return run(
    powershell
      ? `Set-Content -Encoding ascii ${DEMO_FILE} ${quoted.join(', ')}`
      : `printf '%s\\n' ${quoted.join(' ')} > ${DEMO_FILE}`,
  );
}

function summary(turn: Turn): string {
  const seen = turn.results.at(-1)?.text ?? '';
  const whole = DEMO_LINES.every((line) => seen.includes(line));
  return whole
    ? `Done: ${DEMO_FILE} is written, patched and checked. Every step ran in your own Codex; the model was scripted, the work was real.`
    : `The check did not show what it should: ${DEMO_FILE} does not hold the expected lines. Run \`plugboard doctor\`.`;
}
