import { error, type Finding, ok } from './finding.ts';

/** What `codex debug models` said of our catalogue. */
export type CatalogueRun = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** Codex takes a catalogue whole or not at all: one bad entry, and every model loses its window and its tools.
 *  @param slugs  that the catalogue offers. */
export function checkCatalogue(run: CatalogueRun, slugs: readonly string[]): Finding[] {
  const missing = slugs.filter((slug) => !run.stdout.includes(JSON.stringify(slug)));
  if (run.status === 0 && missing.length === 0)
    return [ok('catalogue', `Codex takes the catalogue: ${slugs.length} models.`)];
  const said =
    run.stderr.split('\n').find((line) => /error|catalog|model/i.test(line)) ??
    `it lacks ${missing.slice(0, 3).join(', ')}`;
  return [
    error(
      'catalogue-rejected',
      `Codex rejects the model catalogue: ${said.trim()}`,
      'Look for two models of the same slug in config.yaml. If there are none, this is a bug of Plugboard: plugboard doctor --bundle report.json',
    ),
  ];
}
