import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where things are, read from the environment once. */
export type Places = { readonly home: string; readonly codexHome: string };

export type Environment = { readonly [name: string]: string | undefined };

/** The process's own environment: the only place that reads it. */
export function processEnvironment(): Environment {
  return process.env;
}

export function places(environment: Environment): Places {
  return {
    home: environment['PLUGBOARD_HOME'] || join(homedir(), '.plugboard'),
    codexHome: environment['CODEX_HOME'] || join(homedir(), '.codex'),
  };
}
