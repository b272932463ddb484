/** One sentence of the explanation of a plan, with the target it is about. */
export type Reason = { readonly slug?: string; readonly text: string };
