import { presetsOf } from '../../config/user-presets.ts';
import type { Preset } from '../../providers/preset.ts';
import { quirkWords } from '../../providers/quirk-words.ts';
import { meant } from '../../routing/nearest.ts';
import { CliError, DONE, WRONG_USAGE } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { line, printJson } from '../io.ts';
import { table } from '../table.ts';

/** Every preset, the user's own among them; or one of them whole. As JSON one is a file to start another from.
 *  @param id  absent: all of them. */
export function showPresets(id: string | undefined, json: boolean, context: CommandContext): number {
  const { io, places } = context;
  const presets = presetsOf(places.home);
  if (id !== undefined) {
    const { preset } = presetNamed(id, presets);
    if (json) printJson(io, preset);
    else for (const text of presetLines(preset)) line(io.out, text);
    return DONE;
  }
  const all = presets.ids().map((one) => ({ id: one, ...presets.find(one) }));
  if (json) {
    printJson(io, { presets: all.flatMap((one) => (one.state === 'found' ? [one.preset] : [])) });
    return DONE;
  }
  const rows = all.map((one) => {
    if (one.state !== 'found')
      return [one.id, one.state === 'broken' ? 'broken: see plugboard models --presets ID' : '', '', ''];
    const { preset, file } = one;
    const place = preset.baseUrl ?? `${preset.baseUrlExample ?? ''} (yours)`;
    return [file === undefined ? one.id : `${one.id} *`, preset.protocol, place, preset.keyVariables.join(' or ')];
  });
  const head = [{ title: 'PRESET' }, { title: 'PROTOCOL' }, { title: 'BASE URL' }, { title: 'KEY' }];
  io.out.write(table(head, rows, io.columns));
  if (all.some((one) => one.state === 'found' && one.file !== undefined))
    line(io.out, `* yours, in ${places.home}/presets`);
  return DONE;
}

function presetNamed(id: string, presets: ReturnType<typeof presetsOf>): { readonly preset: Preset } {
  const found = presets.find(id);
  if (found.state === 'found') return found;
  if (found.state === 'broken') throw new CliError({ message: found.message, mend: '', exitStatus: WRONG_USAGE });
  const near = meant(id, presets.ids());
  throw new CliError({
    message: `there is no preset "${id}"`,
    mend: near === undefined ? 'plugboard models --presets' : `plugboard models --presets ${near}`,
    exitStatus: WRONG_USAGE,
  });
}

/** Without the marks of Markdown, which the words bear for the page. */
function presetLines(preset: Preset): readonly string[] {
  const plain = (text: string): string => text.replaceAll('`', '');
  const from = (field: keyof Preset['sources']): string =>
    preset.sources[field] === undefined ? '' : `  ${preset.sources[field]}`;
  return [
    `${preset.id}: ${preset.name}  ${preset.source}`,
    preset.keyNote,
    `protocol  ${preset.protocol}`,
    `base URL  ${preset.baseUrl ?? preset.baseUrlExample ?? ''}${from('baseUrl')}${from('baseUrlExample')}`,
    `key       ${preset.keyVariables.join(' or ') || 'none'}${from('keyVariables')}`,
    ...(preset.modelList === undefined ? [] : [`models    ${preset.modelList.path}${from('modelList')}`]),
    ...preset.quirks.map((quirk) => `- ${plain(quirkWords(quirk))}  ${quirk.source}`),
    ...preset.models.flatMap((model) =>
      (model.quirks ?? []).map((quirk) => `- ${model.match}: ${plain(quirkWords(quirk))}  ${quirk.source}`),
    ),
  ];
}
