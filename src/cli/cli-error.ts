/** Exit statuses: the public contract of every command. */
export const DONE = 0;
export const FAILED = 1;
export const WRONG_USAGE = 2;

/** What a command could not do, told to a person.
 *  @property message  what is wrong, and where.
 *  @property mend     the command or line that mends it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly mend: string | undefined;
  readonly exitStatus: number;

  constructor(
    fact: { readonly message: string; readonly mend?: string; readonly exitStatus?: number },
    options?: ErrorOptions,
  ) {
    super(fact.message, options);
    this.mend = fact.mend;
    this.exitStatus = fact.exitStatus ?? FAILED;
  }
}
