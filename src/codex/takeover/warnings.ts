import { isTable, parseDocument } from './document.ts';

/** The user's own settings that stand above ours, each with its mend. */
export function warningsOf(text: string, where: string): string[] {
  const document = parseDocument(text, where);
  const warnings: string[] = [];
  const profile = document['profile'];
  if (typeof profile === 'string') {
    const profiles = document['profiles'];
    const own = isTable(profiles) ? profiles[profile] : undefined;
    const shadows = isTable(own) && ('model_provider' in own || 'model' in own);
    warnings.push(
      `${where}: newer versions of Codex refuse \`profile = "${profile}"\`` +
        (shadows ? `, older ones let [profiles.${profile}] win over the gateway` : '') +
        '. Take that line out.',
    );
  }
  for (const key of ['model_context_window', 'model_auto_compact_token_limit']) {
    if (key in document) {
      warnings.push(`${where}: ${key} wins over the window of each model. Take it out to let Codex use the right one.`);
    }
  }
  return warnings;
}
