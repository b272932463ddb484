import { compileProviders } from '../../config/compile.ts';
import { withDotenv } from '../../config/dotenv.ts';
import type { Environment } from '../../config/environment.ts';
import { configSchema } from '../../config/schema.ts';
import { presetsOf } from '../../config/user-presets.ts';
import type { Preset } from '../../providers/preset.ts';
import type { Provider } from '../../providers/provider.ts';
import { readPolicy } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { probeAll } from '../providers.ts';
import type { FoundKey, FoundProvider } from './plan-config.ts';

/** The model servers of this machine that are asked whether they run. */
const LOCAL_SERVERS: readonly string[] = ['ollama', 'lmstudio'];

/** Providers whose key stands in the environment or in `.env`. Nobody is called for this. What the key opens beside the
 *  first door of its maker, as another plan or region, stands with it: which one it is for, only its owner knows. */
export function findKeys(context: CommandContext): readonly FoundKey[] {
  const { home } = context.places;
  const { environment } = withDotenv(home, context.environment);
  const presets = presetsOf(home);
  const isSet = (name: string): boolean => (environment[name] ?? '') !== '';
  const found = presets.ids().flatMap((id) => {
    const one = presets.find(id);
    if (one.state !== 'found' || one.preset.local || one.preset.baseUrl === undefined) return [];
    const keyVariable = one.preset.keyVariables.find(isSet);
    return keyVariable === undefined ? [] : [{ preset: one.preset, keyVariable }];
  });
  const doors = Map.groupBy(found, ({ preset, keyVariable }) => `${preset.variantOf ?? preset.id} ${keyVariable}`);
  return [...doors.values()].flatMap((group) => {
    const [first, ...others] = [...group].sort((a, b) => variantRank(a.preset) - variantRank(b.preset));
    if (first === undefined) return [];
    const { preset, keyVariable } = first;
    const also = others.map((other) => other.preset.id);
    return [{ kind: 'key', preset: preset.id, name: preset.name, keyVariable, also }];
  });
}

/** The maker's main door first; of its variants the first by name. */
function variantRank({ variantOf }: Preset): number {
  return variantOf === undefined ? 0 : 1;
}

/** The local model servers that answer, each with its models. */
export async function findLocalServers(context: CommandContext): Promise<readonly FoundProvider[]> {
  const providers = localProviders(context);
  const probes = await probeAll(providers, context, [], readPolicy(context));
  return providers.flatMap((provider): FoundProvider[] => {
    const models = probes.get(provider.id)?.modelIds;
    if (models === undefined) return [];
    const elsewhere = provider.id === 'ollama' ? ollamaUrl(context.environment) : undefined;
    const baseUrl = elsewhere === undefined ? {} : { baseUrl: elsewhere };
    return [{ kind: 'local', preset: provider.id, name: provider.name, models, ...baseUrl }];
  });
}

function localProviders(context: CommandContext): readonly Provider[] {
  const { home } = context.places;
  const timeouts = { connect: '1s', first_byte: '2s', idle: '2s' };
  const elsewhere = ollamaUrl(context.environment);
  const config = configSchema.parse({
    providers: {
      ...Object.fromEntries(LOCAL_SERVERS.map((preset) => [preset, { preset, timeouts }])),
      ...(elsewhere === undefined ? {} : { ollama: { preset: 'ollama', base_url: elsewhere, timeouts } }),
    },
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

/** What OLLAMA_HOST says: `0.0.0.0`, `:11500`, `host:port` or a URL. https://docs.ollama.com/faq */
export function ollamaUrl(environment: Environment): string | undefined {
  const host = environment['OLLAMA_HOST']?.trim();
  if (host === undefined || host === '') return undefined;
  const withScheme = /^https?:\/\//i.test(host) ? host : `http://${host.startsWith(':') ? `127.0.0.1${host}` : host}`;
  if (!URL.canParse(withScheme)) return undefined;
  const url = new URL(withScheme);
  const name = url.hostname === '0.0.0.0' ? '127.0.0.1' : url.hostname;
  const hasPort = url.port !== '' || /^https?:\/\//i.test(host);
  return `${url.protocol}//${name}${hasPort ? (url.port === '' ? '' : `:${url.port}`) : ':11434'}/v1`;
}
