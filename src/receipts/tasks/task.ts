import { createHash } from 'node:crypto';

/** Where a run's files come from.
 *  @property repository  what Git fetches from. @property folder  an absolute path. */
export type Source =
  | { readonly kind: 'repository'; readonly repository: string; readonly ref: string }
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'empty' };

/** One task as it is run.
 *  @property hash        of all that it says, as it was written: paths are the user's own words.
 *  @property files       texts by path within the copy. */
export type Task = {
  readonly id: string;
  readonly hash: string;
  readonly prompt: string;
  readonly source: Source;
  readonly files: Readonly<Record<string, string>>;
  readonly setup?: string;
  readonly check: string;
  readonly checkFiles: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly setupTimeoutMs: number;
  readonly checkTimeoutMs: number;
  readonly sandbox: Sandbox;
};

export type Sandbox = 'read-only' | 'workspace-write' | 'danger-full-access';

export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}
