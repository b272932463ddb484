import type { Json, JsonObject } from '../ir/json.ts';
import { text } from './json.ts';
import type { RequestHeaders } from './speaker.ts';

/** What the simulator says of its models.
 *  @property contextWindow  tokens; what Ollama's endpoints report as allocated.
 *  @property ollama         answers Ollama's own endpoints under this version; absent: 404, as other servers do. */
export type Listing = {
  readonly models: readonly string[];
  readonly contextWindow: number;
  readonly ollama?: { readonly version: string; readonly forwards?: string };
};

const CREATED = 1_767_225_600;

/** The list in the form of the API that is asked, which its headers tell. */
export function modelList(path: string, headers: RequestHeaders, listing: Listing): Json {
  if (headers['anthropic-version'] !== undefined) return anthropicModels(listing);
  const isGemini = headers['x-goog-api-key'] !== undefined || path.startsWith('/v1beta/');
  return isGemini ? geminiModels(listing) : openaiModels(listing);
}

/** Source: https://platform.openai.com/docs/api-reference/models/list */
function openaiModels({ models, contextWindow }: Listing): Json {
  const data = models.map((id) => ({
    id,
    object: 'model',
    created: CREATED,
    owned_by: 'simulator',
    context_length: contextWindow,
  }));
  return { object: 'list', data };
}

/** Source: https://platform.claude.com/docs/en/api/models-list */
function anthropicModels({ models }: Listing): Json {
  const created_at = new Date(CREATED * 1000).toISOString();
  const data = models.map((id) => ({ type: 'model', id, display_name: id, created_at }));
  return { data, has_more: false, first_id: models[0] ?? null, last_id: models.at(-1) ?? null };
}

/** Source: https://ai.google.dev/api/models */
function geminiModels({ models, contextWindow }: Listing): Json {
  const entries = models.map((id) => ({
    name: `models/${id}`,
    version: '001',
    displayName: id,
    inputTokenLimit: contextWindow,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  }));
  // The real list holds models of every kind.
  const other = { name: 'models/text-embedding', inputTokenLimit: 2_048, supportedGenerationMethods: ['embedContent'] };
  return { models: [...entries, other] };
}

/** Ollama's own endpoints. Source: https://github.com/ollama/ollama/blob/main/docs/api.md
 *  @returns the lines of the reply: one, but for `/api/pull`; undefined where there is no such endpoint. */
export function ollamaReply(path: string, body: JsonObject, listing: Listing): readonly Json[] | undefined {
  if (listing.ollama === undefined) return undefined;
  const entries = listing.models.map((name) => ({
    name,
    model: name,
    size: 1_900_000_000,
    details: { family: 'simulator' },
  }));
  switch (path) {
    case '/api/version':
      return [{ version: listing.ollama.version }];
    case '/api/tags':
      return [{ models: entries }];
    case '/api/ps':
      return [{ models: entries.map((entry) => ({ ...entry, context_length: listing.contextWindow })) }];
    case '/api/show': {
      const known = listing.models.includes(text(body['model'] ?? body['name']));
      if (!known) return [{ error: `model '${text(body['model'])}' not found` }];
      const model_info = { 'general.architecture': 'simulator', 'simulator.context_length': listing.contextWindow };
      const elsewhere = listing.ollama.forwards === undefined ? {} : { remote_host: listing.ollama.forwards };
      return [
        {
          ...elsewhere,
          model_info,
          capabilities: ['completion', 'tools'],
          parameters: `num_ctx ${listing.contextWindow}`,
        },
      ];
    }
    case '/api/pull':
      return [
        { status: 'pulling manifest' },
        { status: 'pulling simulator', total: 100, completed: 50 },
        { status: 'pulling simulator', total: 100, completed: 100 },
        { status: 'success' },
      ];
    default:
      return undefined;
  }
}
