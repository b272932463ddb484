import type { Dialect } from '../ir/dialect.ts';
import { unreachable } from '../ir/non-empty.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import { protocolById } from '../protocols/registry.ts';
import { matchingModels } from './known-model.ts';
import type { Model } from './provider.ts';
import type { Quirk } from './quirks.ts';

/** What a codec must know of a provider: its protocol's defaults with the provider's quirks on top, later quirks over
 *  earlier ones. @param native  a full implementation of its protocol. */
export function compileDialect(protocol: ProtocolId, quirks: readonly Quirk[], native = false): Dialect {
  return quirks.reduce(applyQuirk, protocolById(protocol).defaults.dialect(native));
}

const compiled = new WeakMap<Model, Dialect>();

/** The dialect of one model at its provider: the provider's own, the quirks of that model on top, and what its facts
 *  settle. Compiled once for each `Model` value. */
export function dialectFor(model: Model): Dialect {
  const known = compiled.get(model);
  if (known !== undefined) return known;
  const quirks = matchingModels(model.provider.knownModels ?? [], model.upstreamId).flatMap(
    (entry) => entry.quirks ?? [],
  );
  const dialect = applyFacts(quirks.reduce(applyQuirk, model.provider.dialect), model);
  compiled.set(model, dialect);
  return dialect;
}

/** A model that takes no images is sent none; a protocol that demands a token limit gets the model's own; and a level
 *  that the configuration gives to a model of an otherwise unknown chat server is sent as `reasoning_effort`. */
function applyFacts(dialect: Dialect, { facts, provider }: Model): Dialect {
  let result = dialect;
  if (facts.inputModalities !== undefined && !facts.inputModalities.includes('image')) {
    result = { ...result, images: { input: false, inToolResults: false } };
  }
  if (facts.maxOutputTokens !== undefined && result.defaultMaxTokens !== undefined) {
    result = { ...result, defaultMaxTokens: facts.maxOutputTokens };
  }
  const levels = facts.reasoningLevels ?? [];
  if (
    provider.preset === undefined &&
    provider.protocol === 'openai-chat' &&
    result.effort.kind === 'none' &&
    levels.length > 0
  ) {
    result = { ...result, effort: { kind: 'field', path: ['reasoning_effort'], levels } };
  }
  return result;
}

function applyQuirk(dialect: Dialect, quirk: Quirk): Dialect {
  const tools = (change: Partial<Dialect['tools']>): Dialect => ({
    ...dialect,
    tools: { ...dialect.tools, ...change },
  });
  switch (quirk.kind) {
    case 'role-map':
      return {
        ...dialect,
        roles: {
          ...dialect.roles,
          instructions: quirk.instructions,
          placement: quirk.placement ?? dialect.roles.placement,
          laterAs: quirk.laterAs ?? dialect.roles.laterAs,
          ...(quirk.userAfterTool === undefined ? {} : { userAfterTool: quirk.userAfterTool }),
        },
      };
    case 'effort-dialect':
      return { ...dialect, effort: quirk.effort };
    case 'reasoning-source':
      return {
        ...dialect,
        reasoning: {
          ...dialect.reasoning,
          from: quirk.fields,
          thinkTags: quirk.thinkTags ?? dialect.reasoning.thinkTags,
        },
      };
    case 'reasoning-echo':
      return { ...dialect, reasoning: { ...dialect.reasoning, echo: quirk.echo } };
    case 'token-limit':
      return {
        ...dialect,
        tokenLimitField: quirk.field,
        ...(quirk.default === undefined ? {} : { defaultMaxTokens: quirk.default }),
      };
    case 'tool-names':
      return tools({ maxNameLength: quirk.maxLength });
    case 'tool-limits':
      return tools({
        ...(quirk.maxTools === undefined ? {} : { maxTools: quirk.maxTools }),
        ...(quirk.maxDescription === undefined ? {} : { maxDescription: quirk.maxDescription }),
      });
    case 'schema-keywords':
      return tools({
        dropKeywords: [...new Set([...dialect.tools.dropKeywords, ...quirk.drop])],
        ...(quirk.form === undefined ? {} : { schemaForm: quirk.form }),
      });
    case 'strict-tools':
      return tools({ strict: quirk.accepted });
    case 'parallel-field':
      return tools({ parallelField: quirk.accepted });
    case 'hosted-tools':
      return tools({ hosted: quirk.types, ...(quirk.forms === undefined ? {} : { hostedForms: quirk.forms }) });
    case 'tool-call-id':
      return tools({ callId: { pattern: quirk.pattern, length: quirk.length } });
    case 'tool-call-members':
      return tools({ callMembers: quirk.members });
    case 'pseudo-calls':
      return tools({ pseudoCalls: quirk.forms });
    case 'tool-choices':
      return tools({ choices: quirk.accepted });
    case 'output-format':
      return { ...dialect, outputFormat: quirk.accepts };
    case 'images':
      return {
        ...dialect,
        images: {
          input: quirk.input,
          inToolResults: quirk.inToolResults ?? (quirk.input && dialect.images.inToolResults),
        },
      };
    case 'stream-usage':
      return { ...dialect, streamUsage: quirk.accepted };
    case 'usage-names': {
      const { kind: _, source: __, ...usage } = quirk;
      return { ...dialect, usage: { ...dialect.usage, ...usage } };
    }
    case 'error-shape': {
      const { kind: _, source: __, codes, ...shape } = quirk;
      const known = codes === undefined ? {} : { codes: { ...dialect.errors.codes, ...codes } };
      return { ...dialect, errors: { ...dialect.errors, ...shape, ...known } };
    }
    case 'overflow-signs': {
      const { words, emptyStatuses } = quirk;
      const overflow = [...(dialect.errors.overflow ?? []), ...words];
      const empty = emptyStatuses === undefined ? {} : { emptyOverflow: emptyStatuses };
      return { ...dialect, errors: { ...dialect.errors, overflow, ...empty } };
    }
    case 'cache-rules': {
      const { kind: _, source: __, ...cache } = quirk;
      return { ...dialect, cache };
    }
    case 'cache-key': {
      const { cacheKeyField: _, cacheKeyHeader: __, ...rest } = dialect;
      return {
        ...rest,
        ...(quirk.field === null ? {} : { cacheKeyField: quirk.field }),
        ...(quirk.header === undefined ? {} : { cacheKeyHeader: quirk.header }),
      };
    }
    case 'cache-breakpoints':
      return {
        ...dialect,
        cacheBreakpoints: quirk.accepted,
        ...(quirk.lifetime === undefined ? {} : { cacheLifetime: quirk.lifetime }),
      };
    case 'verbosity':
      return { ...dialect, verbosity: quirk.accepted };
    case 'service-tier':
      return { ...dialect, serviceTier: quirk.accepted };
    case 'set-default':
      return { ...dialect, defaults: { ...dialect.defaults, [quirk.field]: quirk.value } };
    case 'drop-field':
      return { ...dialect, drop: [...dialect.drop, quirk.field] };
    case 'rename-field':
      return { ...dialect, rename: { ...dialect.rename, [quirk.from]: quirk.to } };
    default:
      return unreachable(quirk);
  }
}
