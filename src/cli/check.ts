/** One thing that was looked at. A `warning` does not fail the whole. */
export type Check = { readonly name: string; readonly state: 'ok' | 'warning' | 'failed'; readonly words: string };
