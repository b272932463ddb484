import type { Dialect } from '../ir/dialect.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import type { ModelListForm } from '../protocols/protocol.ts';
import type { Quirk } from './quirks.ts';

/** A deployment as data: where calls go, how they are signed, and what its protocol's codec must know of it.
 *  @property baseUrl   all that stands before the protocol's own path; no trailing slash.
 *  @property knownModels  facts and quirks of its models, from the preset.
 *  @property keyVariables    environment variables that hold its key: named in the mend when the key is refused.
 *  @property clientMetadata  may be sent what a client tells of its person and machine: Codex's `client_metadata` (paths,
 *                      commit hashes), Claude Code's `metadata` (device, account, session).
 *  @property native    a full implementation of its protocol, so that bytes may pass untouched.
 *  @property streamOnly  answers nothing but streams.
 *  @property local     runs on this machine or network: no key, no price.
 *  @property openai    a service of OpenAI's own models; false: the user says that nothing sent there reaches one.
 *  @property forwarding  how the server tells whether it runs a model itself or passes its calls on.
 *  @property priceId   the provider's id in the price table; without it, its models are unpriced.
 *  @property repairs   those that the user switched on or off. */
export type Provider = {
  readonly id: string;
  readonly name: string;
  readonly preset?: string;
  readonly protocol: ProtocolId;
  readonly baseUrl: string;
  readonly auth: AuthScheme;
  readonly credentials: readonly Credential[];
  readonly headers: { readonly [name: string]: string };
  readonly query: { readonly [name: string]: string };
  readonly quirks: readonly Quirk[];
  readonly dialect: Dialect;
  readonly knownModels?: readonly KnownModel[];
  readonly native: boolean;
  readonly streamOnly?: boolean;
  readonly local: boolean;
  readonly openai?: boolean;
  readonly forwarding?: ForwardingQuestion;
  readonly keyVariables?: readonly string[];
  readonly clientMetadata?: boolean;
  readonly priceId?: string;
  readonly modelList?: ModelList;
  readonly timeouts: Timeouts;
  readonly concurrency?: number;
  readonly caFile?: string;
  readonly proxy?: string;
  readonly repairs?: Partial<Repairs>;
};

/** What is put right in a model's translated replies.
 *  @property arguments    the shape of a call's arguments.
 *  @property pseudoCalls  calls written into the text become calls, where the dialect knows their form.
 *  @property repetition   a reply that repeats itself without end is stopped. */
export type Repairs = { readonly arguments: boolean; readonly pseudoCalls: boolean; readonly repetition: boolean };

/** `passthrough` sends the client's own Authorization (and its account header) and nothing of ours. */
export type AuthScheme =
  | { readonly type: 'bearer' }
  | { readonly type: 'header'; readonly name: string }
  | { readonly type: 'none' }
  | { readonly type: 'passthrough' };

/** @property id      a short stable digest: safe to log and store, useless to call with.
 *  @property secret  the key itself. Never logged: it serialises to nothing. */
export type Credential = { readonly id: string; readonly secret: Secret };

/** A value that shows itself only to who asks for it: JSON, templates and inspect see a mask. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '***';
  }
}

/** Milliseconds. `firstByte` runs from the request's end to the reply's first body byte, `idle` between two chunks. */
export type Timeouts = { readonly connectMs: number; readonly firstByteMs: number; readonly idleMs: number };

/** Where the provider lists its models, and what a model's members tell.
 *  @property loaded   what only the models in memory have.
 *  @property details  where one model is asked for, if the list says little of it. */
export type ModelList = ModelListForm & { readonly loaded?: LoadedModels; readonly details?: ModelDetails };

/** @property member  of the body that names the model: `{"model": ID}`.
 *  @property contextField  the window that the model was made for, which a server may have cut. */
export type ModelDetails = {
  readonly path: string;
  readonly member: string;
  readonly contextField: string;
  readonly modalitiesField?: string;
};

/** @property path    from the host, with `//`. @property member  of the body that names the model: `{"model": ID}`.
 *  @property field   of the reply: where the calls go, for a model that the server does not run itself. */
export type ForwardingQuestion = { readonly path: string; readonly member: string; readonly field: string };

/** Where a local server tells the windows that it really allocated, which only the models in memory have. */
export type LoadedModels = { readonly path: string; readonly contextField: string };

/** What is known of a model apart from its name. Left out: unknown.
 *  @property openWeights  its weights can be downloaded. @property forwarded  a local server may pass its calls on. */
export type ModelFacts = {
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
  readonly inputModalities?: readonly Modality[];
  readonly reasoningLevels?: readonly string[];
  readonly openWeights?: boolean;
  readonly forwarded?: boolean;
};

/** What a preset knows of a model, or of a family of models, at its provider.
 *  @property match   the model's id at the provider, `*` standing for any run of characters; letter case is ignored.
 *                    Every entry that matches counts, in the order of the list, later ones over earlier ones: a family
 *                    first, its members after it.
 *  @property quirks  merged on top of the provider's own.
 *  @property source  where this is documented. */
export type KnownModel = ModelFacts & {
  readonly match: string;
  readonly source: string;
  readonly quirks?: readonly Quirk[];
};

export type Modality = 'text' | 'image';

/** Nano-USD per token: USD per million tokens times 1,000. */
export type Price = {
  readonly input: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly output: number;
};

/** What a client may ask for by its slug: one model at one provider.
 *  @property listed  shown in Codex's picker. */
export type Model = {
  readonly slug: string;
  readonly displayName: string;
  readonly provider: Provider;
  readonly upstreamId: string;
  readonly facts: ModelFacts;
  readonly price?: Price;
  readonly listed: boolean;
  readonly repairs?: Partial<Repairs>;
};

/** One place a call can go. */
export type Target = { readonly model: Model; readonly credential: Credential | null };
