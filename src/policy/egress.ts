import { matchesModel } from '../providers/known-model.ts';
import { familyOf, isNamedForwarded, OPENAI_HOSTS } from '../providers/model-families.ts';
import type { Model, Provider } from '../providers/provider.ts';
import { isLoopback, isPrivate, type Network, parseAddress, parseInside, within } from './networks.ts';
import { type PolicySettings, placeOf } from './settings.ts';

/** Why a call may not be made. @property place  where the limit was set. @property mend  what a person may do about it. */
export type Refusal = { readonly place: string; readonly message: string; readonly mend: string };

/** Which addresses a connection may be made to. @property id  the same for guards that admit the same. */
export type AddressGuard = { readonly id: string; readonly admits: (hostname: string, address: string) => boolean };

/** What may leave, as the policy has it. What is not known is refused.
 *  @property open         there is no limit: nobody need be asked.
 *  @property refuses      by what is known without asking anybody. @param proxy  the proxy that the call would go through.
 *  @property guard        where names must not lead elsewhere: asked when a connection is made.
 *  @property mustRunHere  a server that may forward its models has to tell that it runs this one itself. */
export type Fence = {
  readonly open: boolean;
  readonly refuses: (model: Model, proxy?: string) => Refusal | undefined;
  readonly guard?: AddressGuard;
  readonly mustRunHere: boolean;
  readonly forwarded: (model: Model, to: string) => Refusal;
};

export function fenceOf(policy: PolicySettings): Fence {
  const inside = insideOf(policy.privateNetworks.value);
  const rules = [
    policy.localOnly.value ? localOnly(policy, inside) : undefined,
    policy.avoidOpenai.value ? avoidOpenai(policy, inside) : undefined,
    policy.openModelsOnly.value ? openModelsOnly(policy, inside) : undefined,
    policy.allowedModels.value.length > 0 ? allowedModels(policy) : undefined,
  ].filter((rule) => rule !== undefined);
  return {
    open: rules.length === 0,
    refuses: (model, proxy) => {
      for (const rule of rules) {
        const refusal = rule(model, proxy);
        if (refusal !== undefined) return refusal;
      }
      return undefined;
    },
    ...(policy.localOnly.value ? { guard: guardOf(inside) } : {}),
    mustRunHere: policy.localOnly.value,
    forwarded: (model, to) => ({
      message: `"${nameOf(model)}" is kept out by ${placeOf(policy, 'localOnly')}: ${model.provider.name} does not run ${model.upstreamId} itself but forwards it to ${to}.`,
      mend: LET_PASS,
      place: placeOf(policy, 'localOnly'),
    }),
  };
}

const LET_PASS = 'Choose a model that the policy lets pass (plugboard models), or lift the limit where it is set.';

/** The fence of a policy that may be replaced, compiled once for each. */
export function fences(policy: () => PolicySettings): () => Fence {
  const made = new WeakMap<PolicySettings, Fence>();
  return () => {
    const current = policy();
    let fence = made.get(current);
    if (fence === undefined) {
      fence = fenceOf(current);
      made.set(current, fence);
    }
    return fence;
  };
}

type Rule = (model: Model, proxy: string | undefined) => Refusal | undefined;
type InsideNetworks = { readonly networks: readonly Network[]; readonly hosts: readonly string[] };

/** A question that belongs to no model, as for a list of models or to a search service. */
const isNoModel = ({ upstreamId }: Model): boolean => upstreamId === '';
const nameOf = ({ slug, provider }: Model): string => (slug === '' ? provider.id : slug);

function localOnly(policy: PolicySettings, inside: InsideNetworks): Rule {
  const place = placeOf(policy, 'localOnly');
  const mend = LET_PASS;
  return (model, proxy) => {
    const { hostname } = new URL(model.provider.baseUrl);
    const kept = `"${nameOf(model)}" is kept out by ${place}:`;
    if (!isInside(hostname, inside)) {
      return {
        message: `${kept} ${hostname} is neither this machine nor listed in policy.private_networks.`,
        mend,
        place,
      };
    }
    const way = proxy === undefined ? undefined : hostOf(proxy);
    if (proxy !== undefined && (way === undefined || !isInside(way, inside))) {
      return {
        message: `${kept} the call would go through the proxy ${way ?? 'of this provider'}, which is neither this machine nor listed in policy.private_networks. To call it directly, name the host in NO_PROXY.`,
        mend,
        place,
      };
    }
    if (!mayForward(model)) return undefined;
    const what = isNoModel(model) ? 'calls' : model.upstreamId;
    return {
      message: `${kept} ${model.provider.name} may forward ${what} to a service elsewhere. If it runs the model itself, write \`forwarded: false\` at the model in config.yaml.`,
      mend,
      place,
    };
  };
}

function avoidOpenai(policy: PolicySettings, inside: InsideNetworks): Rule {
  const place = placeOf(policy, 'avoidOpenai');
  const mend = LET_PASS;
  return (model) => {
    const { provider, upstreamId } = model;
    const kept = `"${nameOf(model)}" is kept out by ${place}:`;
    if (isOpenaiService(provider))
      return { message: `${kept} ${provider.name} is a service of OpenAI's models.`, mend, place };
    if (isNoModel(model)) return undefined;
    const family = familyOf(upstreamId);
    if (family?.openai === true) {
      return { message: `${kept} ${upstreamId} is served by OpenAI, whoever passes the call on.`, mend, place };
    }
    if (provider.openai === false || family !== undefined || runsHere(model, inside)) return undefined;
    return {
      message: `${kept} it is not known whether ${provider.name} passes calls for ${upstreamId} on to OpenAI. If it never does, write \`openai: false\` at the provider in config.yaml.`,
      mend,
      place,
    };
  };
}

function openModelsOnly(policy: PolicySettings, inside: InsideNetworks): Rule {
  const place = placeOf(policy, 'openModelsOnly');
  return (model) => {
    if (isNoModel(model)) return undefined;
    const { facts, upstreamId, provider } = model;
    const known =
      facts.openWeights ?? (provider.local && runsHere(model, inside) ? true : familyOf(upstreamId)?.openWeights);
    if (known === true) return undefined;
    const why = known === false ? 'does not have open weights' : 'is not known to have open weights';
    return {
      message: `"${nameOf(model)}" is kept out by ${place}: ${upstreamId} ${why}. If its weights are open, write \`open_weights: true\` at the model in config.yaml.`,
      mend: LET_PASS,
      place,
    };
  };
}

function allowedModels(policy: PolicySettings): Rule {
  const place = placeOf(policy, 'allowedModels');
  const globs = policy.allowedModels.value;
  return (model) => {
    if (isNoModel(model)) return undefined;
    const names = [model.slug, model.upstreamId, `${model.provider.id}/${model.upstreamId}`];
    if (globs.some((glob) => names.some((name) => matchesModel(glob, name)))) return undefined;
    return {
      message: `"${nameOf(model)}" is kept out by ${place}, which lists ${globs.join(', ')}.`,
      mend: LET_PASS,
      place,
    };
  };
}

function isOpenaiService({ openai, baseUrl }: Provider): boolean {
  const { hostname } = new URL(baseUrl);
  return openai === true || OPENAI_HOSTS.some(({ host }) => hostname === host || hostname.endsWith(`.${host}`));
}

/** Does the weights' own machine answer, as far as can be told? Costs nothing then, and reaches no maker. */
export function runsHere(model: Model, inside: InsideNetworks): boolean {
  return isInside(new URL(model.provider.baseUrl).hostname, inside) && !mayForward(model);
}

/** The user's word, then what the preset knows of the model, then its name, since a server can be written without its
 *  preset. A service that is known to be elsewhere and yet has an address here is reached through something that forwards. */
function mayForward({ facts, provider, upstreamId }: Model): boolean {
  return facts.forwarded ?? ((provider.preset !== undefined && !provider.local) || isNamedForwarded(upstreamId));
}

export function insideOf(entries: readonly string[]): InsideNetworks {
  const parsed = entries.flatMap((entry) => parseInside(entry) ?? []);
  return {
    networks: parsed.flatMap((one) => (one.type === 'network' ? [one.network] : [])),
    hosts: parsed.flatMap((one) => (one.type === 'host' ? [one.host] : [])),
  };
}

/** By its name alone: a name that is not listed is not looked up either, since the question itself would leave. */
function isInside(hostname: string, { networks, hosts }: InsideNetworks): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  if (parseAddress(host) !== undefined) return isLoopback(host) || within(host, networks);
  return isLocalName(host) || hosts.includes(host);
}

/** RFC 6761, section 6.3. */
function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/** `localhost` must lead to this machine; a listed name to a listed or at least to a private network: whoever answers
 *  for the name must not lead the call out. */
function guardOf(inside: InsideNetworks): AddressGuard {
  const { networks, hosts } = inside;
  const id = JSON.stringify([networks.map(({ bits, base, prefix }) => `${bits}:${base}/${prefix}`), hosts]);
  return {
    id,
    admits: (hostname, address) => {
      const host = hostname.toLowerCase().replace(/\.$/, '');
      if (isLoopback(address) || within(address, networks)) return true;
      return hosts.includes(host) && isPrivate(address);
    },
  };
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
