import { countNumber, JSON_FLAG, type JsonOption, type Registrar, wantsJson } from './registrar.ts';

type TestFlags = JsonOption & { call?: boolean; agent?: boolean };

export function registerModels({ context, group, command, end }: Registrar): void {
  group('Models:');
  command('models', 'list every model and route')
    .alias('list')
    .option('--live', 'ask the providers: what is new, missing, or has another window')
    .option('--presets [id]', 'list the presets of providers instead, or show one with its sources')
    .option(...JSON_FLAG)
    .action(async (options: JsonOption & { live?: boolean; presets?: string | true }) =>
      end(
        (await import('../commands/models.ts')).models(
          {
            ...wantsJson(options),
            live: options.live === true,
            ...(options.presets === undefined ? {} : { presets: options.presets }),
          },
          context,
        ),
      ),
    );
  const use = async (slug: string): Promise<void> => end((await import('../commands/use.ts')).use(slug, context));
  command('use', 'make a model the default, in Codex too while enabled').argument('<slug>').action(use);
  const model = command('model', 'the same in two words: model use SLUG');
  command('use', 'make a model the default', model).argument('<slug>').action(use);
  command('test', 'check a route; without options nothing is spent')
    .argument('<slug>')
    .option('--call', 'make one minimal call')
    .option('--agent', 'let Codex read, run a command and edit a file in a scratch repository')
    .option(...JSON_FLAG)
    .action(async (slug: string, options: TestFlags) =>
      end(
        (await import('../commands/test.ts')).testRoute(
          slug,
          { ...wantsJson(options), call: options.call === true, agent: options.agent === true },
          context,
        ),
      ),
    );
  const route = command('route', 'routing: route explain PROMPT');
  command('explain', 'say which model a prompt would get and why; no model is called', route)
    .argument('<prompt>')
    .option('-m, --model <slug>', 'the model or route that is asked for; the default when left out')
    .option(...JSON_FLAG)
    .action(async (prompt: string, options: JsonOption & { model?: string }) =>
      end(
        (await import('../commands/route-explain.ts')).routeExplain(
          prompt,
          { ...options, ...wantsJson(options) },
          context,
        ),
      ),
    );
  command('speed', 'measure the time to the first token and tokens per second')
    .argument('<slug>')
    .option('-r, --runs <count>', 'how many runs', countNumber, 5)
    .option(...JSON_FLAG)
    .action(async (slug: string, options: JsonOption & { runs: number }) =>
      end((await import('../commands/speed.ts')).speed(slug, { ...wantsJson(options), runs: options.runs }, context)),
    );
}
