import { openApp } from '../../codex/launch/open-app.ts';
import { endLike } from '../../codex/launch/run-program.ts';
import { takeoverStatus } from '../../codex/takeover/takeover.ts';
import { startGateway } from '../background/start-gateway.ts';
import { FAILED } from '../cli-error.ts';
import { requireCodex } from '../codex-launch.ts';
import type { CommandContext } from '../context.ts';

/** Opens Codex Desktop, which goes through the gateway where Codex's config says so.
 *  @param path  the folder to open; the current one where left out. */
export async function app(path: string | undefined, context: CommandContext): Promise<number> {
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
