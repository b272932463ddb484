/** One thing that the doctor has to say.
 *  @property check  which check said it: stable, for scripts (`codex-missing`, `base-url-path`).
 *  @property cause  what is wrong and where, in one sentence.
 *  @property mend   the command or line that mends it; absent where nothing is wrong. */
export type Finding = {
  readonly level: 'ok' | 'warning' | 'error';
  readonly check: string;
  readonly cause: string;
  readonly mend?: string;
};

export const ok = (check: string, cause: string): Finding => ({ level: 'ok', check, cause });
export const warning = (check: string, cause: string, mend: string): Finding => ({
  level: 'warning',
  check,
  cause,
  mend,
});
export const error = (check: string, cause: string, mend: string): Finding => ({ level: 'error', check, cause, mend });
