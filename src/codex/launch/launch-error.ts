/** Codex cannot be run as asked. The message names the mend. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
}
