import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** The public data sets, beside the checkout. Nothing of them is part of the project. */
export function dataFolder(): string | undefined {
  const folder = fileURLToPath(new URL('../../shared/data', import.meta.url));
  return existsSync(folder) ? folder : undefined;
}

/** @returns the text of a gzipped file of a data set.
 *  @public */
export function gunzipped(folder: string, name: string): string {
  return gunzipSync(readFileSync(join(folder, name))).toString('utf8');
}
