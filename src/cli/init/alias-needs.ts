import { unreachable } from '../../ir/non-empty.ts';
import { findPreset } from '../../providers/presets/presets.ts';
import { ALIASES, type Alias, type Choice, modelFor, modelsOfEach } from './aliases.ts';

/** A model that an alias may stand for, in its order. @property variables  any of them holds its key. */
export type PossibleTarget = { readonly name: string; readonly variables: readonly string[] };

const SERVERS = 'a model server on this machine';

/** All that an alias would stand for if every provider were there. */
export function possibleTargets(alias: Alias): readonly PossibleTarget[] {
  return alias.targets.flatMap(ofChoice);
}

function ofChoice(choice: Choice): readonly PossibleTarget[] {
  switch (choice.of) {
    case 'each':
      return modelsOfEach(choice).map(({ preset, model }) => ({
        name: `${preset}/${model.id}`,
        variables: variablesOf(preset),
      }));
    case 'one': {
      const model = modelFor(choice.preset, choice.role);
      return [{ name: `${choice.preset}/${model?.id ?? ''}`, variables: variablesOf(choice.preset) }];
    }
    case 'local': {
      const what = choice.named === undefined ? 'models of this machine' : `${choice.named} models of this machine`;
      return [{ name: choice.otherwise === true ? `else ${what}` : what, variables: [] }];
    }
    case 'alias':
      return [{ name: choice.slug, variables: [] }];
    default:
      return unreachable(choice);
  }
}

/** What has to be there so that an alias can be offered, in words. */
export function needsOf(alias: Alias): string {
  const targets = possibleTargets(alias);
  const variables = [...new Set(targets.flatMap((target) => target.variables))];
  const shown = variables.length > 4 ? `a key such as ${variables.slice(0, 3).join(', ')}` : variables.join(' or ');
  const aliases = alias.targets.flatMap((choice) => (choice.of === 'alias' ? [choice.slug] : []));
  const local = alias.targets.some(({ of }) => of === 'local') ? [SERVERS] : [];
  return [...(shown === '' ? [] : [shown]), ...(aliases.length === 0 ? [] : [aliases.join(' and ')]), ...local].join(
    ', or ',
  );
}

/** The aliases that are not among these slugs, those with the same need together. */
export function missingAliases(
  slugs: ReadonlySet<string>,
): readonly { readonly slugs: readonly string[]; readonly needs: string }[] {
  const missing = ALIASES.filter(({ slug }) => !slugs.has(slug));
  const groups = Map.groupBy(missing, needsOf);
  return [...groups].map(([needs, aliases]) => ({ needs, slugs: aliases.map(({ slug }) => slug) }));
}

function variablesOf(preset: string): readonly string[] {
  return findPreset(preset)?.keyVariables ?? [];
}
