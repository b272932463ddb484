import type { CacheRules, EffortDialect, UsageRules } from '../ir/dialect.ts';
import { unreachable } from '../ir/non-empty.ts';
import type { Quirk } from './quirks.ts';

/** One oddity of a provider, as a sentence without its full stop. Members of bodies stand in backticks. */
export function quirkWords(quirk: Quirk): string {
  switch (quirk.kind) {
    case 'role-map':
      return roleWords(quirk);
    case 'effort-dialect':
      return effortWords(quirk.effort);
    case 'reasoning-source':
      return `Thinking comes in ${list(quirk.fields)}${quirk.thinkTags === true ? ', or in `<think>` tags' : ''}`;
    case 'reasoning-echo':
      return echoWords(quirk.echo);
    case 'token-limit':
      return `The token limit is \`${quirk.field}\`${quirk.default === undefined ? '' : `, ${quirk.default} where the client gives none`}`;
    case 'tool-names':
      return `Names of tools have at most ${quirk.maxLength} characters`;
    case 'tool-limits':
      return limitWords(quirk);
    case 'schema-keywords':
      return `Tool schemas lose ${list(quirk.drop)}`;
    case 'strict-tools':
      return `\`strict\` of a tool is ${taken(quirk.accepted)}`;
    case 'parallel-field':
      return `\`parallel_tool_calls\` is ${taken(quirk.accepted)}`;
    case 'hosted-tools':
      return quirk.types.length === 0 ? 'It takes no hosted tool' : `It has the hosted tools ${list(quirk.types)}`;
    case 'tool-call-id':
      return `Ids of calls have ${quirk.length} characters and match \`${quirk.pattern}\``;
    case 'tool-call-members':
      return `Each replayed call bears ${list(Object.keys(quirk.members))}`;
    case 'pseudo-calls':
      return `Its models may write calls into their text, as ${list(quirk.forms)}`;
    case 'tool-choices':
      return `\`tool_choice\` may be ${list(quirk.accepted)}`;
    case 'output-format':
      return formatWords(quirk.accepts);
    case 'images':
      if (!quirk.input) return 'It takes no images';
      return quirk.inToolResults === true ? 'It takes images, in tool results too' : 'It takes images';
    case 'stream-usage':
      return `\`stream_options.include_usage\` is ${taken(quirk.accepted)}`;
    case 'usage-names':
      return usageWords(quirk);
    case 'error-shape':
      return errorWords(quirk);
    case 'overflow-signs':
      return overflowWords(quirk);
    case 'cache-rules':
      return cacheWords(quirk);
    case 'cache-key':
      return keyWords(quirk);
    case 'cache-breakpoints':
      return `Marks for the prompt cache (\`cache_control\`) are ${taken(quirk.accepted)}`;
    case 'verbosity':
      return `\`verbosity\` is ${taken(quirk.accepted)}`;
    case 'service-tier':
      return `\`service_tier\` is ${taken(quirk.accepted)}`;
    case 'set-default':
      return `\`${quirk.field}\` is set to \`${JSON.stringify(quirk.value)}\``;
    case 'drop-field':
      return `\`${quirk.field}\` is refused and left out`;
    case 'rename-field':
      return `\`${quirk.from}\` is called \`${quirk.to}\``;
    default:
      return unreachable(quirk);
  }
}

type Of<Kind extends Quirk['kind']> = Extract<Quirk, { readonly kind: Kind }>;

function roleWords({ instructions, placement, laterAs, userAfterTool }: Of<'role-map'>): string {
  const where = placement === 'first' ? ' at the very start alone' : placement === 'anywhere' ? ' anywhere' : '';
  const later = placement === 'first' && laterAs !== undefined ? `, what comes later as \`${laterAs}\`` : '';
  const after = userAfterTool === false ? ', and nobody but the model after a tool' : '';
  return `Instructions go as \`${instructions}\`${where}${later}${after}`;
}

function effortWords(effort: EffortDialect): string {
  switch (effort.kind) {
    case 'none':
      return 'It cannot be told how much to think';
    case 'field':
      return `Effort goes into \`${effort.path.join('.')}\`: ${effort.levels.join(', ')}`;
    case 'switch': {
      const level = effort.level;
      const beside = level === undefined ? '' : `, with \`${level.path.join('.')}\`: ${level.levels.join(', ')}`;
      return `Thinking is switched by \`${effort.path.join('.')}\`: \`${effort.on}\` or \`${effort.off}\`${beside}`;
    }
    case 'budget':
      return `Thinking has a budget in tokens: ${Object.entries(effort.budgets)
        .map(([level, tokens]) => `${level} ${tokens}`)
        .join(', ')}`;
    case 'adaptive':
      return `Thinking is adaptive, with an effort of ${effort.levels.join(', ')}`;
    default:
      return unreachable(effort);
  }
}

function echoWords(echo: Of<'reasoning-echo'>['echo']): string {
  if (echo.field === 'none') return 'Thinking must not come back';
  const when = echo.when === 'always' ? 'with every turn' : 'with turns that call tools';
  return `Thinking goes back in \`${echo.field}\` ${when}${echo.required === true ? ', without which a turn is refused' : ''}`;
}

function limitWords({ maxTools, maxDescription }: Of<'tool-limits'>): string {
  const parts = [
    ...(maxTools === undefined ? [] : [`at most ${maxTools} tools`]),
    ...(maxDescription === undefined ? [] : [`descriptions of at most ${maxDescription} characters`]),
  ];
  return `It takes ${parts.join(', ')}`;
}

function formatWords(accepts: Of<'output-format'>['accepts']): string {
  switch (accepts) {
    case 'json-schema':
      return 'It keeps to a JSON schema';
    case 'json-object':
      return 'It can be held to JSON, not to a schema';
    case 'instruction':
      return 'A schema goes as an instruction';
    default:
      return unreachable(accepts);
  }
}

function usageWords({ places, cachedTokens, reasoningTokens, ...names }: UsageRules): string {
  const named = [
    ['input', names.input],
    ['output', names.output],
    ['cached input', names.cacheRead],
    ['input written to the cache', names.cacheWrite],
    ['thinking', names.reasoning],
  ] as const;
  const parts = [
    ...(places === undefined ? [] : [`stands in ${list(places)}`]),
    ...named.flatMap(([what, at]) => (at === undefined ? [] : [`calls ${what} ${list(at)}`])),
    ...(cachedTokens === undefined ? [] : [`counts cached input ${cachedTokens} the input`]),
    ...(reasoningTokens === undefined ? [] : [`counts thinking ${reasoningTokens} the output`]),
  ];
  return `Usage ${parts.join(', ')}`;
}

function errorWords({ message, code, codes }: Of<'error-shape'>): string {
  const at = [...(code ?? []), ...(message ?? [])];
  const meanings = Object.entries(codes ?? {}).map(([name, kind]) => `${name} ${kind}`);
  const where = at.length === 0 ? [] : [`stand in ${list(at)}`];
  return `Errors ${[...where, ...(meanings.length === 0 ? [] : [`have the codes ${meanings.join(', ')}`])].join(', and ')}`;
}

function overflowWords({ words, emptyStatuses }: Of<'overflow-signs'>): string {
  const said = words.map((word) => `"${word}"`);
  const empty = emptyStatuses === undefined ? [] : [`${emptyStatuses.join(' or ')} without a body`];
  return `A prompt too long is told by ${[...said, ...empty].join(', ')}`;
}

function cacheWords({ prefix, minTokens, blockTokens, ttlSeconds }: CacheRules): string {
  const what = {
    automatic: 'The prompt cache keeps any prefix that repeats',
    explicit: 'The prompt cache keeps what is marked',
    both: 'The prompt cache keeps what repeats, or what is marked where the model wants marks',
    none: 'There is no prompt cache',
  }[prefix];
  const parts = [
    ...(minTokens === undefined ? [] : [`from ${minTokens} tokens on`]),
    ...(blockTokens === undefined ? [] : [`in blocks of ${blockTokens}`]),
    ...(ttlSeconds === undefined ? [] : [`for ${ttlSeconds / 60} minutes`]),
  ];
  return [what, ...parts].join(', ');
}

function keyWords({ field, header }: Of<'cache-key'>): string {
  const places = [field ?? [], header === undefined ? [] : `the header ${header}`].flat();
  return places.length === 0 ? 'It takes no cache key' : `The cache key goes into ${list(places)}`;
}

function taken(accepted: boolean): string {
  return accepted ? 'taken' : 'refused';
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
