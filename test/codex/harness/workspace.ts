import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A scratch repository and a Codex home of its own.
 *  @property directory  the repository: one commit with README.md, move-me.txt and delete-me.txt. */
export type Workspace = { readonly directory: string; readonly codexHome: string; readonly remove: () => void };

export function newWorkspace(codexConfig: string): Workspace {
  const root = mkdtempSync(join(tmpdir(), 'plugboard-codex-'));
  const directory = join(root, 'repository');
  const codexHome = join(root, 'codex-home');
  mkdirSync(directory);
  mkdirSync(codexHome);
  writeFileSync(join(codexHome, 'config.toml'), codexConfig);
  writeFileSync(join(directory, 'README.md'), 'hello\n');
  writeFileSync(join(directory, 'move-me.txt'), 'first\nsecond\n');
  writeFileSync(join(directory, 'delete-me.txt'), 'gone\n');
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: directory, stdio: 'pipe' });
  git('init', '-q');
  git('add', '-A');
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', 'commit', '-q', '-m', 'Begin');
  return {
    directory,
    codexHome,
    // Codex's last writes may still be under way: a few tries.
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** Codex's configuration for a gateway, as a person would write it by hand.
 *  @param rest  further lines of TOML: tables only. */
export function codexConfig(
  gateway: { readonly url: string; readonly token: string; readonly websocket?: boolean; readonly lines?: string },
  model: string,
  rest = '',
): string {
  return `model = "${model}"
model_provider = "plugboard"

[model_providers.plugboard]
name = "Plugboard"
base_url = "${gateway.url}/v1"
model_catalog_url = "${gateway.url}/v1/models"
wire_api = "responses"
experimental_bearer_token = "${gateway.token}"
stream_max_retries = 2
${gateway.websocket === true ? 'supports_websockets = true\n' : ''}${gateway.lines ?? ''}

[analytics]
enabled = false

[features]
plugins = false

${rest}
`;
}
