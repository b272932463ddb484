import { type PolicySettings, placeOf, type Setting } from './settings.ts';

/** The header in which a command tells a gateway that already runs what it was asked to keep to. A request can narrow
 *  the gateway's policy and never widen it. */
export const POLICY_HEADER = 'x-plugboard-policy';

const FLAGS = { local_only: 'localOnly', avoid_openai: 'avoidOpenai', open_models_only: 'openModelsOnly' } as const;
type FlagName = keyof typeof FLAGS;

const SUMS = { max_cost_usd: 'maxCostUsd', max_cost_usd_per_session: 'maxCostUsdPerSession' } as const;
type SumName = keyof typeof SUMS;

/** What a request asks for over the gateway's own policy, each with the place where a person set it. */
export type Tightening = {
  readonly flags: readonly { readonly name: FlagName; readonly place: string }[];
  readonly sums: readonly { readonly name: SumName; readonly value: number; readonly place: string }[];
};

/** `local_only@PLUGBOARD_LOCAL_ONLY; max_cost_usd=0.5@--max-cost`: what flags and variables ask for. The file is known to
 *  the gateway. @returns undefined where they ask for nothing. */
export function tighteningHeader(policy: PolicySettings): string | undefined {
  const fromFile = ({ origin }: Setting<unknown>): boolean => origin.from === 'file' || origin.from === 'default';
  const at = (key: keyof PolicySettings): string => `@${encodeURIComponent(placeOf(policy, key))}`;
  const parts = FLAG_NAMES.filter((name) => policy[FLAGS[name]].value && !fromFile(policy[FLAGS[name]])).map(
    (name) => `${name}${at(FLAGS[name])}`,
  );
  for (const name of SUM_NAMES) {
    const sum = policy[SUMS[name]];
    if (sum.value > 0 && !fromFile(sum)) parts.push(`${name}=${sum.value}${at(SUMS[name])}`);
  }
  return parts.length === 0 ? undefined : parts.join('; ');
}

/** The same as the headers of a call. */
export function policyHeaders(policy: PolicySettings): { readonly [name: string]: string } {
  const header = tighteningHeader(policy);
  return header === undefined ? {} : { [POLICY_HEADER]: header };
}

const FLAG_NAMES: readonly FlagName[] = ['local_only', 'avoid_openai', 'open_models_only'];
const SUM_NAMES: readonly SumName[] = ['max_cost_usd', 'max_cost_usd_per_session'];

/** @returns undefined for what is not understood: such a request must not be served as if it had asked for nothing. */
export function parseTightening(header: string): Tightening | undefined {
  const flags: { name: FlagName; place: string }[] = [];
  const sums: { name: SumName; value: number; place: string }[] = [];
  for (const part of header.split(';')) {
    const [, name, value, place] = /^\s*(\w+)(?:=([\d.e+-]+))?@([\w.~%!*'()-]{1,200})\s*$/.exec(part) ?? [];
    const words = place === undefined ? undefined : decoded(place);
    if (words === undefined) return undefined;
    const flag = FLAG_NAMES.find((known) => known === name);
    const sum = SUM_NAMES.find((known) => known === name);
    if (flag !== undefined && value === undefined) flags.push({ name: flag, place: words });
    else if (sum !== undefined && Number(value) > 0) sums.push({ name: sum, value: Number(value), place: words });
    else return undefined;
  }
  return { flags, sums };
}

export function tightened(policy: PolicySettings, { flags, sums }: Tightening): PolicySettings {
  const asked = <T>(value: T, place: string): Setting<T> => ({ value, origin: { from: 'flag', name: place } });
  let narrowed = policy;
  for (const { name, place } of flags) {
    const key = FLAGS[name];
    if (!narrowed[key].value) narrowed = { ...narrowed, [key]: asked(true, place) };
  }
  for (const { name, value, place } of sums) {
    const own = narrowed[SUMS[name]].value;
    if (own === 0 || own > value) narrowed = { ...narrowed, [SUMS[name]]: asked(value, place) };
  }
  return narrowed;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
