import { resolve } from 'node:path';
import { writeAtomic } from '../../config/atomic-write.ts';
import { startGateway } from '../background/start-gateway.ts';
import { catalogText } from '../catalog-text.ts';
import { DONE } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { line } from '../io.ts';

/** Writes the model catalogue as Codex's `model_catalog_json` wants it.
 *  @param file  standard output where left out. */
export async function generate(file: string | undefined, context: CommandContext): Promise<number> {
  const { gateway } = await startGateway(context);
  const text = await catalogText(gateway);
  if (file === undefined) {
    context.io.out.write(text);
    return DONE;
  }
  const path = resolve(file);
  writeAtomic(path, text, 0o644);
  line(context.io.out, `Wrote ${path}. In Codex's config.toml: model_catalog_json = ${JSON.stringify(path)}`);
  return DONE;
}
