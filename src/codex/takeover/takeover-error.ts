/** Codex's configuration cannot be taken over or given back. The message says where, why, and what mends it. */
export class TakeoverError extends Error {
  override readonly name = 'TakeoverError';
}
