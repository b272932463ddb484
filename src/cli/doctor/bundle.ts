import { arch, platform, release } from 'node:os';
import type { Patient } from '../../codex/doctor/diagnose.ts';
import type { Finding } from '../../codex/doctor/finding.ts';
import type { CommandContext } from '../context.ts';

/** What a bug report needs, and nothing that is the user's own: no key, no prompt, no text of a config file, no value of
 *  a variable; the home folder reads `~`. */
export function bundle(patient: Patient, findings: readonly Finding[], context: CommandContext): object {
  const { snapshot } = patient;
  const facts = {
    plugboard: context.version,
    node: process.version,
    system: `${platform()} ${release()} ${arch()}`,
    codex: patient.codex,
    gateway: patient.gateway,
    enabled: patient.startsItself,
    findings,
    providers: [...snapshot.providers.values()].map(({ id, preset, protocol, baseUrl, credentials, quirks }) => ({
      id,
      preset,
      protocol,
      host: new URL(baseUrl).host,
      keys: credentials.length,
      quirks: quirks.map(({ kind }) => kind),
    })),
    disabled: snapshot.disabled,
    models: snapshot.models.map(({ slug, provider, upstreamId, facts: known }) => ({
      slug,
      provider: provider.id,
      upstreamId,
      ...known,
    })),
    routes: snapshot.routes,
    toolRecords: patient.toolRecords,
    refused: patient.refused,
  };
  return JSON.parse(withoutSecrets(JSON.stringify(facts), patient, context));
}

/** The last fence: whatever a message may have repeated, no value of a key leaves. */
function withoutSecrets(text: string, { snapshot, shell }: Patient, { places }: CommandContext): string {
  const keys = [...snapshot.providers.values()].flatMap(({ credentials }) =>
    credentials.map(({ secret }) => secret.reveal()),
  );
  const variables = Object.entries(shell).flatMap(([name, value]) =>
    /KEY|TOKEN|SECRET|PASSWORD/i.test(name) ? [value ?? ''] : [],
  );
  let clean = text;
  for (const secret of [...keys, ...variables]) {
    if (secret.length >= 6) clean = clean.replaceAll(JSON.stringify(secret).slice(1, -1), '***');
  }
  const user = places.codexHome.replace(/[\\/][^\\/]*$/, '');
  return user === '' ? clean : clean.replaceAll(JSON.stringify(user).slice(1, -1), '~');
}
