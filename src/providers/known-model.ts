import type { KnownModel, ModelFacts } from './provider.ts';

/** Every entry that speaks of this model, in the order of the list. */
export function matchingModels(models: readonly KnownModel[], upstreamId: string): readonly KnownModel[] {
  return models.filter((model) => matchesModel(model.match, upstreamId));
}

/** What the preset knows of one model. Left out: unknown. */
export function modelFacts(models: readonly KnownModel[], upstreamId: string): ModelFacts {
  let facts: ModelFacts = {};
  for (const { match: _, source: __, quirks: ___, ...known } of matchingModels(models, upstreamId)) {
    facts = { ...facts, ...known };
  }
  return facts;
}

/** A glob with `*` only, over the whole id. */
export function matchesModel(pattern: string, upstreamId: string): boolean {
  const [head = '', ...rest] = pattern.toLowerCase().split('*');
  const id = upstreamId.toLowerCase();
  if (rest.length === 0) return id === head;
  const tail = rest.pop() ?? '';
  if (!id.startsWith(head) || !id.endsWith(tail) || id.length < head.length + tail.length) return false;
  let from = head.length;
  for (const piece of rest) {
    const at = id.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return from <= id.length - tail.length;
}

/** Is it the model that calls name so? Ollama lists a model with the tag that its calls may leave out: `llama3.1:latest`.
 *  @param listed  its id in the provider's own list. */
export function isSameModel(listed: string, upstreamId: string): boolean {
  return listed === upstreamId || listed === `${upstreamId}:latest`;
}
