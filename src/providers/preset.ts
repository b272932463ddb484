import { z } from 'zod';
import { PROTOCOL_IDS, type ProtocolId } from '../ir/protocol-id.ts';
import type { AuthScheme, ForwardingQuestion, KnownModel, ModelList } from './provider.ts';
import { quirkSchema } from './quirk-schema.ts';
import type { Quirk } from './quirks.ts';

/** A well-known deployment as data: everything of a `Provider` but the key and what the user sets.
 *  @property baseUrl       absent where every user has another one; then `baseUrlExample` shows its form.
 *  @property keyVariables  environment variables that hold the key, the first that is set wins. Empty: no key is known.
 *  @property local         runs on this machine or network: a key is taken but not needed, and no price is known.
 *  @property keyOptional   a key is taken but not needed, though calls may leave the network and cost: a proxy's.
 *  @property openai        a service of OpenAI's own models.
 *  @property forwarding    how the server tells whether it runs a model itself.
 *  @property native        a full implementation of its protocol, so that bytes may pass untouched.
 *  @property streamOnly    answers nothing but streams.
 *  @property variantOf     the preset of the same maker that a key is offered for first: another door, plan or region.
 *  @property clientMetadata  may be sent what a client tells of its person and machine: its own maker's services alone.
 *  @property priceId       the provider's id in @pydantic/genai-prices; absent: its models are unpriced.
 *  @property keyNote       for a person: where a key comes from, or how the server is started.
 *  @property source        the provider's own documentation of the API.
 *  @property sources       where each field that says something of the provider is documented, by the field's name. */
export type Preset = {
  readonly id: string;
  readonly name: string;
  readonly protocol: ProtocolId;
  readonly baseUrl?: string;
  readonly baseUrlExample?: string;
  readonly auth: AuthScheme;
  readonly keyVariables: readonly string[];
  readonly local: boolean;
  readonly keyOptional?: boolean;
  readonly openai?: boolean;
  readonly forwarding?: ForwardingQuestion;
  readonly native: boolean;
  readonly streamOnly?: boolean;
  readonly variantOf?: string;
  readonly clientMetadata?: boolean;
  readonly priceId?: string;
  readonly headers: { readonly [name: string]: string };
  readonly modelList?: ModelList;
  readonly quirks: readonly Quirk[];
  readonly models: readonly KnownModel[];
  readonly keyNote: string;
  readonly source: string;
  readonly sources: PresetSources;
};

/** The fields that make a claim about the provider beside its quirks and models, which have a source of their own. */
export const SOURCED_FIELDS = [
  'baseUrl',
  'baseUrlExample',
  'auth',
  'keyVariables',
  'keyOptional',
  'openai',
  'forwarding',
  'native',
  'streamOnly',
  'clientMetadata',
  'priceId',
  'headers',
  'modelList',
] as const satisfies readonly (keyof Preset)[];

export type PresetSources = { readonly [field in (typeof SOURCED_FIELDS)[number]]?: string };

/** Does the preset claim something there? `false`, an empty list and an empty map claim nothing. */
export function isClaim(preset: Omit<Preset, 'sources'>, field: (typeof SOURCED_FIELDS)[number]): boolean {
  const value = preset[field];
  return value !== undefined && value !== false && (typeof value !== 'object' || Object.keys(value).length > 0);
}

const url = z.url({ protocol: /^https?$/ });
const baseUrl = url.refine((text) => !text.endsWith('/'), 'no slash at the end');

const auth: z.ZodType<AuthScheme> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('bearer') }),
  z.strictObject({ type: z.literal('header'), name: z.string().min(1) }),
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('passthrough') }),
]);

const knownModel: z.ZodType<KnownModel> = z.strictObject({
  match: z.string().min(1),
  source: url,
  contextWindow: z.int().positive().exactOptional(),
  maxOutputTokens: z.int().positive().exactOptional(),
  inputModalities: z.array(z.enum(['text', 'image'])).exactOptional(),
  reasoningLevels: z.array(z.string().min(1)).exactOptional(),
  openWeights: z.boolean().exactOptional(),
  forwarded: z.boolean().exactOptional(),
  quirks: z.array(quirkSchema).exactOptional(),
});

const price = z.strictObject({
  input: z.string().min(1),
  output: z.string().min(1),
  cachedInput: z.string().min(1).exactOptional(),
  perMillion: z.number().positive(),
});

const modelList: z.ZodType<ModelList> = z.strictObject({
  path: z.string().startsWith('/'),
  list: z.string().min(1).exactOptional(),
  idField: z.string().min(1).exactOptional(),
  idPrefix: z.string().min(1).exactOptional(),
  contextField: z.string().min(1).exactOptional(),
  outputField: z.string().min(1).exactOptional(),
  modalitiesField: z.string().min(1).exactOptional(),
  servedField: z.string().min(1).exactOptional(),
  servedAs: z.string().min(1).exactOptional(),
  price: price.exactOptional(),
  loaded: z.strictObject({ path: z.string().startsWith('/'), contextField: z.string() }).exactOptional(),
  details: z
    .strictObject({
      path: z.string().startsWith('/'),
      member: z.string().min(1),
      contextField: z.string().min(1),
      modalitiesField: z.string().min(1).exactOptional(),
    })
    .exactOptional(),
});

const shape = {
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  name: z.string().min(1),
  protocol: z.enum(PROTOCOL_IDS),
  baseUrl: baseUrl.exactOptional(),
  baseUrlExample: baseUrl.exactOptional(),
  auth,
  keyVariables: z.array(z.string().regex(/^[A-Z][A-Z0-9_]*$/)),
  local: z.boolean(),
  keyOptional: z.boolean().exactOptional(),
  openai: z.boolean().exactOptional(),
  forwarding: z
    .strictObject({ path: z.string().startsWith('//'), member: z.string().min(1), field: z.string().min(1) })
    .exactOptional(),
  native: z.boolean(),
  streamOnly: z.boolean().exactOptional(),
  variantOf: z.string().min(1).exactOptional(),
  clientMetadata: z.boolean().exactOptional(),
  priceId: z.string().min(1).exactOptional(),
  headers: z.record(z.string(), z.string()),
  modelList: modelList.exactOptional(),
  quirks: z.array(quirkSchema),
  models: z.array(knownModel),
  keyNote: z.string().min(1),
};

const sources = z.strictObject({
  baseUrl: url.exactOptional(),
  baseUrlExample: url.exactOptional(),
  auth: url.exactOptional(),
  keyVariables: url.exactOptional(),
  keyOptional: url.exactOptional(),
  openai: url.exactOptional(),
  forwarding: url.exactOptional(),
  native: url.exactOptional(),
  streamOnly: url.exactOptional(),
  clientMetadata: url.exactOptional(),
  priceId: url.exactOptional(),
  headers: url.exactOptional(),
  modelList: url.exactOptional(),
} satisfies Record<(typeof SOURCED_FIELDS)[number], z.ZodType>);

/** The form of a preset that comes with the program: no claim without its source, no source without its claim. */
export const presetSchema: z.ZodType<Preset> = z
  .strictObject({ ...shape, source: url, sources })
  .superRefine((preset, context) => {
    for (const field of SOURCED_FIELDS) {
      if (isClaim(preset, field) === (preset.sources[field] !== undefined)) continue;
      const message = preset.sources[field] === undefined ? 'has no source' : 'is the source of nothing';
      context.addIssue({ code: 'custom', path: ['sources', field], message });
    }
  });

/** The form of a user's own preset: what it leaves out is empty, and its sources are the user's affair.
 *  @param id  the file's name, which is the preset's. */
export function userPresetSchema(id: string): z.ZodType<Preset> {
  return z.strictObject({
    ...shape,
    id: z.literal(id, 'is the name of the file').default(id),
    name: shape.name.default(id),
    auth: auth.default({ type: 'bearer' }),
    keyVariables: shape.keyVariables.default([]),
    local: shape.local.default(false),
    native: shape.native.default(false),
    headers: shape.headers.default({}),
    quirks: shape.quirks.default([]),
    models: z.array(knownModel).default([]),
    keyNote: shape.keyNote.default(`A preset of your own, ${id}.json.`),
    source: z.string().min(1).default(`${id}.json`),
    sources: sources.default({}),
  });
}
