import { configJsonSchema } from '../../config/json-schema.ts';
import { DONE } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { printJson } from '../io.ts';

/** The JSON Schema of config.yaml, so that editors complete the file. */
export async function configSchema(context: CommandContext): Promise<number> {
  printJson(context.io, configJsonSchema());
  return DONE;
}
