import { z } from 'zod';
import { PROTOCOL_IDS, type ProtocolId } from '../ir/protocol-id.ts';
import type { AuthScheme, KnownModel, ModelList } from './provider.ts';
import { quirkSchema } from './quirk-schema.ts';
import type { Quirk } from './quirks.ts';

/** A well-known deployment as data: everything of a `Provider` but the key and what the user sets.
 *  @property baseUrl       absent where every user has another one; then `baseUrlExample` shows its form.
 *  @property keyVariables  environment variables that hold the key, the first that is set wins. Empty: no key is known.
 *  @property local         runs on this machine or network: a key is taken but not needed, and calls cost nothing.
 *  @property keyOptional   a key is taken but not needed, though calls may leave the network and cost: a proxy's.
 *  @property native        a full implementation of its protocol, so that bytes may pass untouched.
 *  @property streamOnly    answers nothing but streams.
 *  @property clientMetadata  may be sent what Codex tells of the working tree: its own maker's services alone.
 *  @property priceId       the provider's id in @pydantic/genai-prices; absent: its models are unpriced.
 *  @property keyNote       for a person: where a key comes from, or how the server is started.
 *  @property source        the provider's own documentation of the API. */
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
  readonly native: boolean;
  readonly streamOnly?: boolean;
  readonly clientMetadata?: boolean;
  readonly priceId?: string;
  readonly headers: { readonly [name: string]: string };
  readonly modelList?: ModelList;
  readonly quirks: readonly Quirk[];
  readonly models: readonly KnownModel[];
  readonly keyNote: string;
  readonly source: string;
};

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
  quirks: z.array(quirkSchema).exactOptional(),
});

/** The form of a preset file, ours or a user's. */
export const presetSchema: z.ZodType<Preset> = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  name: z.string().min(1),
  protocol: z.enum(PROTOCOL_IDS),
  baseUrl: baseUrl.exactOptional(),
  baseUrlExample: baseUrl.exactOptional(),
  auth,
  keyVariables: z.array(z.string().regex(/^[A-Z][A-Z0-9_]*$/)),
  local: z.boolean(),
  keyOptional: z.boolean().exactOptional(),
  native: z.boolean(),
  streamOnly: z.boolean().exactOptional(),
  clientMetadata: z.boolean().exactOptional(),
  priceId: z.string().min(1).exactOptional(),
  headers: z.record(z.string(), z.string()),
  modelList: z
    .strictObject({
      path: z.string().startsWith('/'),
      contextField: z.string().exactOptional(),
      outputField: z.string().exactOptional(),
      idPrefix: z.string().exactOptional(),
      loaded: z.strictObject({ path: z.string().startsWith('/'), contextField: z.string() }).exactOptional(),
    })
    .exactOptional(),
  quirks: z.array(quirkSchema),
  models: z.array(knownModel),
  keyNote: z.string().min(1),
  source: url,
});
