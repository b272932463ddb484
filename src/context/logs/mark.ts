/** How every compressed text begins; such a text is not compressed again. */
export const MARK = '[Shortened: ';
