import { findCodex } from '../../codex/launch/find-codex.ts';
import { ownSettings } from '../../codex/launch/gateway-overrides.ts';
import { writeProfile } from '../../codex/profile.ts';
import { DONE } from '../cli-error.ts';
import { writeCatalog } from '../codex-launch.ts';
import { readConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { defaultModel, providerEntry } from '../gateway-access.ts';
import { line } from '../io.ts';

/** Writes a profile that sends `codex --profile NAME` through the gateway. Codex's main config stays as it is. */
export async function profileWrite(
  name: string,
  options: { readonly force: boolean },
  context: CommandContext,
): Promise<number> {
  const { codexHome } = context.places;
  const snapshot = readConfiguration(context);
  const codex = await findCodex(context.environment);
  const { entry } = providerEntry(snapshot, codex?.version, 'file', context);
  const { hasCatalog } = ownSettings(codexHome, entry);
  const path = writeProfile({
    codexHome,
    name,
    model: defaultModel(snapshot),
    entry,
    ...(hasCatalog ? { catalogFile: await writeCatalog(context) } : {}),
    overwrite: options.force,
  });
  line(context.io.out, `Wrote ${path}. Use it: codex --profile ${name}`);
  return DONE;
}
