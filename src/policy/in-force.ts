import { type PolicySettings, placeOf } from './settings.ts';

/** What the policy restricts, one sentence for each setting that does, with its place. Empty: nothing. */
export function policyInForce(policy: PolicySettings): readonly string[] {
  const { localOnly, avoidOpenai, openModelsOnly, allowedModels } = policy;
  const { maxCostUsd, maxCostUsdPerSession, maxCostUsdPerMonth } = policy;
  const told: readonly (readonly [boolean, keyof PolicySettings, string])[] = [
    [localOnly.value, 'localOnly', 'nothing leaves this machine and the networks that are listed'],
    [avoidOpenai.value, 'avoidOpenai', "no model of OpenAI's"],
    [openModelsOnly.value, 'openModelsOnly', 'only models with open weights'],
    [allowedModels.value.length > 0, 'allowedModels', `only ${allowedModels.value.join(', ')}`],
    [maxCostUsd.value > 0, 'maxCostUsd', `at most $${maxCostUsd.value} for a request`],
    [maxCostUsdPerSession.value > 0, 'maxCostUsdPerSession', `at most $${maxCostUsdPerSession.value} for a session`],
    [maxCostUsdPerMonth.value > 0, 'maxCostUsdPerMonth', `at most $${maxCostUsdPerMonth.value} for a calendar month`],
  ];
  return told.flatMap(([holds, key, words]) => (holds ? [`${placeOf(policy, key)}: ${words}.`] : []));
}
