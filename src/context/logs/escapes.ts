export const ESC = '\u001b';

/** Colours and moves of a terminal's cursor, as programs write them for people. */
export const ESCAPES = new RegExp(`${ESC}\\[[0-9;?]*[A-Za-z]`, 'gu');
