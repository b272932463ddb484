import { takeoverStatus } from '../../codex/takeover/takeover.ts';
import { setDefaultModel } from '../../config/edit.ts';
import { configFile } from '../../config/load.ts';
import { DONE } from '../cli-error.ts';
import { readConfiguration, requireModels } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { line } from '../io.ts';
import { enable } from './enable.ts';

/** Makes a model or route the default, and, while Codex is pointed at the gateway, the one that Codex starts on. */
export async function use(slug: string, context: CommandContext): Promise<number> {
  requireModels(slug, readConfiguration(context));
  setDefaultModel(configFile({ places: context.places, environment: context.environment }), slug);
  line(context.io.out, `${slug} is the default model.`);
  return takeoverStatus(context.places).on ? enable({ json: false, dryRun: false }, context) : DONE;
}
