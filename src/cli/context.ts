import type { Environment, Places } from '../config/environment.ts';
import type { PolicyFlags } from '../policy/settings.ts';
import type { Io } from './io.ts';

/** Options of `serve`, as the command line gave them. @property port  0 asks for any free one. */
export type ServeOptions = {
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly flags?: PolicyFlags;
};

/** What main gives to every command.
 *  @property self   the command line that starts this program again: Node, then its script.
 *  @property serve  runs the gateway in the foreground until it is told to stop; the exit status. */
export type CommandContext = {
  readonly version: string;
  readonly environment: Environment;
  readonly places: Places;
  readonly self: readonly [string, ...string[]];
  readonly io: Io;
  readonly serve: (options: ServeOptions) => Promise<number>;
};
