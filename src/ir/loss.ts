/** What a codec could not carry. Returned, stored and shown: nothing is dropped silently.
 *  @property path  where it stood, as a dotted path into the caller's body: `tools[3]`, `text.verbosity`.
 *  @property why   one sentence for a person. */
export type Loss = { readonly path: string; readonly why: string };

/** A value in another protocol, with what did not fit. */
export type Translated<T> = { readonly value: T; readonly losses: readonly Loss[] };
