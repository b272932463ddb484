import { parse } from 'smol-toml';
import { type Finding, warning } from './finding.ts';

/** Keys that Codex ignores in a project's own config, by design: a repository must not redirect a developer's traffic. */
const IGNORED = ['model_provider', 'model_providers', 'openai_base_url', 'profile', 'notify'];

/** @param text  of the project's `.codex/config.toml`. */
export function checkProjectConfig(file: string, text: string): Finding[] {
  let keys: string[];
  try {
    keys = Object.keys(parse(text)).filter((key) => IGNORED.includes(key));
  } catch {
    return [
      warning('project-config-syntax', `${file} is not valid TOML, so Codex ignores it.`, 'Mend it or remove it.'),
    ];
  }
  return keys.map((key) =>
    warning(
      'project-config-ignored',
      `${file} sets ${key}, which Codex ignores in a project by design.`,
      `Move it to your own config: plugboard enable, or plugboard profile write.`,
    ),
  );
}
