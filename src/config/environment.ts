import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where things are, read from the environment once. */
export type Places = { readonly home: string; readonly codexHome: string };

export type Environment = { readonly [name: string]: string | undefined };

/** The process's own environment: the only place that reads it. */
export function processEnvironment(): Environment {
  return process.env;
}

export function places(environment: Environment): Places {
  return {
    home: resolve(environment['PLUGBOARD_HOME'] || join(homedir(), '.plugboard')),
    codexHome: resolve(environment['CODEX_HOME'] || join(homedir(), '.codex')),
  };
}

/** Proxies as curl reads them: the lower-case name wins. */
export function proxySettings(environment: Environment): {
  readonly http?: string;
  readonly https?: string;
  readonly none?: string;
} {
  const read = (name: string): string | undefined => environment[name] || environment[name.toUpperCase()] || undefined;
  const http = read('http_proxy') ?? read('all_proxy');
  const https = read('https_proxy') ?? read('all_proxy');
  const none = read('no_proxy');
  return {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    ...(none === undefined ? {} : { none }),
  };
}

/** Was this process started by npm or npx? A signal to them does not reach it. */
export function startedByNpm(environment: Environment): boolean {
  return environment['npm_lifecycle_event'] !== undefined;
}
