import { catalogEtag, codexCatalog } from '../codex/catalog.ts';
import type { Snapshot } from '../config/snapshot.ts';
import { routeView } from '../config/view.ts';
import { NO_HEALTH } from '../routing/health.ts';

export type CatalogBody = { readonly body: string; readonly etag: string };

/** The body of `GET /v1/models`, for both kinds of client at once: OpenAI's list of ids and Codex's catalogue.
 *  Made once for each snapshot. @param instructions  the text with which Codex begins every thread. */
export function createCatalog(instructions: string): (snapshot: Snapshot) => CatalogBody {
  const made = new WeakMap<Snapshot, CatalogBody>();
  return (snapshot) => {
    const known = made.get(snapshot);
    if (known !== undefined) return known;
    const { resolve, slugs } = routeView(snapshot, NO_HEALTH);
    const models = codexCatalog({ ...snapshot, resolve }, { instructions });
    const data = slugs.map((id) => ({
      id,
      object: 'model',
      created: 0,
      owned_by: resolve(id)?.provider.id ?? 'plugboard',
    }));
    const catalog = { body: JSON.stringify({ object: 'list', data, models }), etag: catalogEtag(models) };
    made.set(snapshot, catalog);
    return catalog;
  };
}
