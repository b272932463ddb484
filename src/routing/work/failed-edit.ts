/** How Codex 0.169.0 begins the output of a patch that it could not apply. */
const NOT_APPLIED =
  /^(?:apply_patch verification failed|Failed to parse apply_patch input|failed to parse apply_patch)/;

/** Is this the output of a patch that Codex could not apply? */
export function isFailedPatch(output: string): boolean {
  return NOT_APPLIED.test(output);
}

/** The words of Codex within a script's output, of other agents' tools, and of `git apply` and `patch`. */
const NO_MATCH =
  /\b(?:apply_patch verification failed|failed to parse apply_patch|string to replace (?:was )?not found|old_?string (?:was )?not found|no match(?:es)? (?:was |were )?found|search (?:text|block) not found|patch does not apply|patch failed|hunks? (?:#\d+ )?failed)\b/i;
const WORDS_PLACE = 1_000;

/** @param output  of a tool that edits, or of a command that applies a patch. */
export function isFailedEdit(output: string): boolean {
  return NO_MATCH.test(output.slice(0, WORDS_PLACE));
}
