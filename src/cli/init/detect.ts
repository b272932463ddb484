import { compileProviders } from '../../config/compile.ts';
import { withDotenv } from '../../config/dotenv.ts';
import { configSchema } from '../../config/schema.ts';
import { presetsOf } from '../../config/user-presets.ts';
import { PRESET_IDS } from '../../providers/presets/presets.ts';
import type { Provider } from '../../providers/provider.ts';
import type { CommandContext } from '../context.ts';
import { probeAll } from '../providers.ts';
import type { FoundProvider } from './plan-config.ts';

/** The model servers of this machine that are asked whether they run. */
const LOCAL_SERVERS: readonly string[] = ['ollama', 'lmstudio'];

/** Providers whose key stands in the environment or in `.env`. Nobody is called for this. */
export function findKeys(context: CommandContext): readonly FoundProvider[] {
  const { home } = context.places;
  const { environment } = withDotenv(home, context.environment);
  const presets = presetsOf(home);
  return PRESET_IDS.flatMap((id): FoundProvider[] => {
    const found = presets.find(id);
    if (found.state !== 'found' || found.preset.local || found.preset.baseUrl === undefined) return [];
    const keyVariable = found.preset.keyVariables.find((name) => (environment[name] ?? '') !== '');
    return keyVariable === undefined ? [] : [{ kind: 'key', preset: id, name: found.preset.name, keyVariable }];
  });
}

/** The local model servers that answer, each with its models. */
export async function findLocalServers(context: CommandContext): Promise<readonly FoundProvider[]> {
  const providers = localProviders(context);
  const probes = await probeAll(providers, context);
  return providers.flatMap((provider): FoundProvider[] => {
    const models = probes.get(provider.id)?.modelIds;
    return models === undefined ? [] : [{ kind: 'local', preset: provider.id, name: provider.name, models }];
  });
}

function localProviders(context: CommandContext): readonly Provider[] {
  const { home } = context.places;
  const config = configSchema.parse({
    providers: Object.fromEntries(
      LOCAL_SERVERS.map((preset) => [preset, { preset, timeouts: { connect: '1s', first_byte: '2s', idle: '2s' } }]),
    ),
  });
  const compiled = compileProviders(config, {
    environment: context.environment,
    unset: [],
    file: '',
    envFile: '',
    presets: presetsOf(home),
  });
  return [...compiled.providers.values()];
}
