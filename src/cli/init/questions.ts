import type { FoundProvider } from './plan-config.ts';

/** What `init` asks. A cancelled question throws `Cancelled`. */
export type Questions = {
  readonly confirm: (question: string, initial: boolean) => Promise<boolean>;
  readonly choose: (found: readonly FoundProvider[]) => Promise<readonly FoundProvider[]>;
};

export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** Every default is taken: what stands already is kept, what was found is used. */
export const NO_QUESTIONS: Questions = {
  confirm: async (_question, initial) => initial,
  choose: async (found) => found,
};

/** Asked at the terminal. */
export async function terminalQuestions(): Promise<Questions> {
  const { confirm, isCancel, multiselect } = await import('@clack/prompts');
  // A terminal without a size says 0, and the questions would stand one letter to a line.
  if (process.stdout.columns === 0) process.stdout.columns = 80;
  return {
    confirm: async (message, initialValue) => {
      const answer = await confirm({ message, initialValue });
      if (isCancel(answer)) throw new Cancelled('cancelled');
      return answer;
    },
    choose: async (found) => {
      if (found.length < 2) return found;
      const answer = await multiselect({
        message: 'Which of these may Codex use?',
        options: found.map((provider) => ({ value: provider.preset, label: provider.name, hint: hint(provider) })),
        initialValues: found.map((provider) => provider.preset),
        required: false,
      });
      if (isCancel(answer)) throw new Cancelled('cancelled');
      return found.filter((provider) => answer.includes(provider.preset));
    },
  };
}

function hint(provider: FoundProvider): string {
  return provider.kind === 'key' ? provider.keyVariable : `running here, ${provider.models.length} models`;
}
