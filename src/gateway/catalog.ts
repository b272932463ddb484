import { catalogEtag, codexCatalog } from '../codex/catalog.ts';
import type { Instructions } from '../codex/instructions.ts';
import { OWN_INSTRUCTIONS } from '../codex/own-instructions.ts';
import type { Snapshot } from '../config/snapshot.ts';
import { fixedView } from '../config/view.ts';
import type { LiveSnapshot } from './live-snapshot.ts';

export type CatalogBody = { readonly body: string; readonly etag: string };

/** The body of `GET /v1/models`, for both kinds of client at once: OpenAI's list of ids and Codex's catalogue.
 *  Made once for each snapshot and text. Waits a moment for the providers' word on their models, never long.
 *  @param instructions  the text with which Codex begins every thread: its own, where a Codex asks. */
export function createCatalog(
  live: LiveSnapshot,
  instructions: Instructions,
): (clientVersion: string | undefined) => Promise<CatalogBody> {
  const made = new WeakMap<Snapshot, Map<string, CatalogBody>>();
  return async (clientVersion) => {
    const words = clientVersion === undefined ? OWN_INSTRUCTIONS : instructions(clientVersion);
    const [text] = await Promise.all([words, live.settled()]);
    // For the next one who asks: a provider may have been started, or a model loaded, meanwhile.
    void live.look();
    const snapshot = live.current();
    const ofSnapshot = made.get(snapshot) ?? new Map<string, CatalogBody>();
    made.set(snapshot, ofSnapshot);
    const catalog = ofSnapshot.get(text) ?? catalogBody(snapshot, text);
    ofSnapshot.set(text, catalog);
    return catalog;
  };
}

function catalogBody(snapshot: Snapshot, instructions: string): CatalogBody {
  const { resolve, slugs, fence } = fixedView(snapshot);
  const models = codexCatalog(
    { ...snapshot, resolve, fence },
    {
      instructions,
      describesImages: snapshot.imageDescription !== undefined,
    },
  );
  // Each entry as OpenAI's clients read it, and as Anthropic's do.
  const data = slugs.map((id) => ({
    id,
    object: 'model',
    created: 0,
    owned_by: resolve(id)?.provider.id ?? 'plugboard',
    type: 'model',
    display_name: resolve(id)?.displayName ?? id,
    created_at: '1970-01-01T00:00:00Z',
  }));
  return { body: JSON.stringify({ object: 'list', data, models }), etag: catalogEtag(models) };
}
