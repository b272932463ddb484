/** Text in pieces that may part a surrogate pair: the first half waits for the second. A half that stays alone becomes
 *  U+FFFD, since strict parsers refuse it.
 *  @property push  what of the text so far may go out.
 *  @property end   what still waited. */
export function wholeCharacters(): { readonly push: (piece: string) => string; readonly end: () => string } {
  let carry = '';
  return {
    push: (piece) => {
      let text = carry === '' ? piece : carry + piece;
      carry = '';
      if ((text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800) {
        carry = text.slice(-1);
        text = text.slice(0, -1);
      }
      return text.isWellFormed() ? text : text.toWellFormed();
    },
    end: () => {
      const rest = carry.toWellFormed();
      carry = '';
      return rest;
    },
  };
}
