import { openApp } from '../../codex/launch/open-app.ts';
import { missingQuiet } from '../../codex/launch/quiet-config.ts';
import { endLike } from '../../codex/launch/run-program.ts';
import { takeoverStatus } from '../../codex/takeover/takeover.ts';
import { placeOf } from '../../policy/settings.ts';
import { tighteningHeader } from '../../policy/tightening.ts';
import { startGateway } from '../background/start-gateway.ts';
import { CliError, FAILED } from '../cli-error.ts';
import { requireCodex } from '../codex-launch.ts';
import { readConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';

/** Opens Codex Desktop, which goes through the gateway where Codex's config says so.
 *  @param path  the folder to open; the current one where left out. */
export async function app(path: string | undefined, context: CommandContext): Promise<number> {
  requireKeptLimits(context);
  const status = await openApp({
    codex: await requireCodex(context),
    enabled: takeoverStatus(context.places).on,
    ...(path === undefined ? {} : { path }),
    environment: context.environment,
    platform: process.platform,
    ensureGateway: () => startGateway(context),
  });
  if ('code' in status) return status.code;
  endLike(status);
  return FAILED;
}

/** Limits that what Codex sends on its own would break: it goes to OpenAI, and elsewhere. */
const QUIETING = ['localOnly', 'avoidOpenai'] as const;

/** Desktop takes neither our arguments nor our headers: what a launch would bring along must stand in files.
 *  @throws CliError naming the lines. */
function requireKeptLimits(context: CommandContext): void {
  const { policy } = readConfiguration(context);
  const asked = tighteningHeader(policy);
  if (asked !== undefined) {
    const message = 'Codex Desktop reads files alone, so a limit that a variable sets for this launch would not hold';
    throw new CliError({ message, mend: 'Write it under `policy:` in config.yaml.' });
  }
  const limit = QUIETING.find((key) => policy[key].value);
  const missing = limit === undefined ? [] : missingQuiet(context.places.codexHome);
  if (limit === undefined || missing.length === 0) return;
  const message = `under ${placeOf(policy, limit)} Codex Desktop must not call hosts of its own, which its configuration allows`;
  throw new CliError({ message, mend: `Write into ${context.places.codexHome}/config.toml: ${missing.join(', ')}` });
}
