import { type PolicySettings, placeOf, type Setting } from './settings.ts';

/** The header in which a command tells a gateway that already runs what it was asked to keep to. A request can narrow
 *  the gateway's policy and never widen it. */
export const POLICY_HEADER = 'x-plugboard-policy';

const FLAGS = { local_only: 'localOnly', avoid_openai: 'avoidOpenai', open_models_only: 'openModelsOnly' } as const;
type FlagName = keyof typeof FLAGS;

/** What a request asks for over the gateway's own policy, each with the place where a person set it. */
export type Tightening = {
  readonly flags: readonly { readonly name: FlagName; readonly place: string }[];
  readonly maxCostUsd?: { readonly value: number; readonly place: string };
};

/** `local_only@PLUGBOARD_LOCAL_ONLY; max_cost_usd=0.5@--max-cost`: what flags and variables ask for. The file is known to
 *  the gateway. @returns undefined where they ask for nothing. */
export function tighteningHeader(policy: PolicySettings): string | undefined {
  const fromFile = ({ origin }: Setting<unknown>): boolean => origin.from === 'file' || origin.from === 'default';
  const at = (key: keyof PolicySettings): string => `@${encodeURIComponent(placeOf(policy, key))}`;
  const parts = FLAG_NAMES.filter((name) => policy[FLAGS[name]].value && !fromFile(policy[FLAGS[name]])).map(
    (name) => `${name}${at(FLAGS[name])}`,
  );
  if (policy.maxCostUsd.value > 0 && !fromFile(policy.maxCostUsd)) {
    parts.push(`max_cost_usd=${policy.maxCostUsd.value}${at('maxCostUsd')}`);
  }
  return parts.length === 0 ? undefined : parts.join('; ');
}

/** The same as the headers of a call. */
export function policyHeaders(policy: PolicySettings): { readonly [name: string]: string } {
  const header = tighteningHeader(policy);
  return header === undefined ? {} : { [POLICY_HEADER]: header };
}

const FLAG_NAMES: readonly FlagName[] = ['local_only', 'avoid_openai', 'open_models_only'];

/** @returns undefined for what is not understood: such a request must not be served as if it had asked for nothing. */
export function parseTightening(header: string): Tightening | undefined {
  const flags: { name: FlagName; place: string }[] = [];
  let maxCostUsd: Tightening['maxCostUsd'];
  for (const part of header.split(';')) {
    const [, name, value, place] = /^\s*(\w+)(?:=([\d.e+-]+))?@([\w.~%!*'()-]{1,200})\s*$/.exec(part) ?? [];
    const words = place === undefined ? undefined : decoded(place);
    if (words === undefined) return undefined;
    const flag = FLAG_NAMES.find((known) => known === name);
    if (flag !== undefined && value === undefined) flags.push({ name: flag, place: words });
    else if (name === 'max_cost_usd' && Number(value) > 0) maxCostUsd = { value: Number(value), place: words };
    else return undefined;
  }
  return { flags, ...(maxCostUsd === undefined ? {} : { maxCostUsd }) };
}

export function tightened(policy: PolicySettings, { flags, maxCostUsd }: Tightening): PolicySettings {
  const asked = <T>(value: T, place: string): Setting<T> => ({ value, origin: { from: 'flag', name: place } });
  let narrowed = policy;
  for (const { name, place } of flags) {
    const key = FLAGS[name];
    if (!narrowed[key].value) narrowed = { ...narrowed, [key]: asked(true, place) };
  }
  const own = policy.maxCostUsd.value;
  if (maxCostUsd === undefined || (own > 0 && own <= maxCostUsd.value)) return narrowed;
  return { ...narrowed, maxCostUsd: asked(maxCostUsd.value, maxCostUsd.place) };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
