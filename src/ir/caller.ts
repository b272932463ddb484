/** Who calls, as the gateway knows it. On one laptop there is one caller, the holder of the local token. */
export type Caller = { readonly id: string; readonly originator?: string };

/** Codex's clients name themselves in the header `originator`: `codex_exec`, `codex-tui`, `codex_cli_rs`. */
export function isCodex(caller: Caller): boolean {
  return caller.originator?.startsWith('codex') === true;
}
