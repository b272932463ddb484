import type { JsonObject } from '../../src/ir/json.ts';

/** `carried`: the other side gets what was meant. `repaired`: something had to give, and a Loss says what. `refused`: an
 *  error says why. */
export type Outcome = 'carried' | 'repaired' | 'refused';

/** One of the things that gateways for coding agents learned the hard way.
 *  @property number   of the list that all tests and pages refer to; a letter stands for what other bridges get wrong.
 *  @property fixture  the folder below `fixtures/` with the bytes that it is tried with. */
export type EdgeCase = {
  readonly number: number | string;
  readonly title: string;
  readonly outcome: Outcome;
  readonly fixture: string;
  readonly trials: readonly Trial[];
  /** What no exchange shows, once all have been. */
  readonly also?: (about: Aftermath) => void | Promise<void>;
};

/** @property written        all that the gateway has written so far, in whatever file.
 *  @property endlessStream  stops a gateway in the middle of a stream that never ends. */
export type Aftermath = {
  readonly written: () => string;
  readonly endlessStream: () => Promise<{ readonly stoppedAfterMs: number; readonly text: string }>;
};

export type Door = 'responses' | 'chat' | 'messages';

/** One request through a whole gateway to one deployment, and its reply back.
 *  @property to       PRESET/MODEL of a preset, or PROTOCOL-server/MODEL of a server that nothing is known of.
 *  @property request  a file of the fixture. @property edit  changes it, where several trials share it.
 *  @property reply    the upstream's bytes: a file of the fixture or, with a slash, below `fixtures/`; several for calls in
 *                      a row. @property pieces  they come in pieces of so many bytes. @property encode  packs them.
 *  @property before   an exchange that comes first; its reply's id stands for `RESPONSE` in the request.
 *  @property sent     holds what went upstream. @property told  holds what the client got.
 *  @property unrecorded  it is turned away at the door: there is no entry of it.
 *  @property loss     the Loss that says what had to give. @property besides  losses that are not this case's affair.
 *  @property refusal  the words of a failure and the status that they come with: 200 in the middle of a stream. */
export type Trial = {
  readonly to: string;
  readonly door?: Door;
  readonly request?: string;
  readonly edit?: (request: JsonObject) => JsonObject;
  readonly headers?: { readonly [name: string]: string };
  readonly reply?: string | readonly string[];
  readonly pieces?: number;
  readonly before?: { readonly request: string; readonly reply: string };
  readonly status?: number;
  readonly replyHeaders?: { readonly [name: string]: string };
  readonly encode?: (bytes: Buffer) => Buffer;
  readonly sent?: (body: JsonObject, raw: string) => void;
  readonly told?: (told: Told) => void;
  readonly unrecorded?: boolean;
  readonly loss?: RegExp;
  readonly besides?: RegExp;
  readonly refusal?: { readonly status: number; readonly words: RegExp };
};

/** What a client got.
 *  @property events  the JSON of a stream's events, in order; of a unary reply its body alone.
 *  @property last    the last of them. @property losses  as the ledger tells them. */
export type Told = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly events: readonly JsonObject[];
  readonly last: JsonObject;
  readonly losses: readonly string[];
};
