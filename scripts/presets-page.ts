import type { Preset } from '../src/providers/preset.ts';
import { PRESET_IDS } from '../src/providers/presets/preset-files.ts';
import { findPreset } from '../src/providers/presets/presets.ts';
import type { KnownModel } from '../src/providers/provider.ts';
import { quirkWords } from '../src/providers/quirk-words.ts';

/** docs/presets.md: what every preset says, in words, each with its source. */
export function presetsPage(): string {
  const presets = PRESET_IDS.flatMap((id) => findPreset(id) ?? []);
  return `${[INTRODUCTION.replace('COUNT', String(presets.length)), overview(presets), ...presets.map(section)].join('\n\n')}\n`;
}

const INTRODUCTION = `# Presets

This page is made from \`src/providers/presets/*.json\` by \`npm run presets\`. The same on the command line:
\`plugboard models --presets\`, one of them with \`plugboard models --presets ID\`.

A preset fills in everything but the key: \`providers: { deepseek: { preset: deepseek } }\`. There are COUNT.

## A preset of your own

A file \`PLUGBOARD_HOME/presets/ID.json\` (or \`ID.yaml\`) is a preset \`ID\`; where one of ours has that name, yours is taken.
What it leaves out is empty, so that this is a whole one:

\`\`\`json
{
  "protocol": "openai-chat",
  "baseUrl": "https://llm.example.com/v1",
  "keyVariables": ["EXAMPLE_KEY"],
  "quirks": [{ "kind": "token-limit", "field": "max_completion_tokens", "source": "their manual, page 7" }]
}
\`\`\`

To start from one of ours: \`plugboard models --presets deepseek --json > ~/.plugboard/presets/mine.json\`, then change its \`id\`.
What is wrong in the file is told with its line, its column and the nearest name that is known there. A running
gateway takes a change in it at once. The kinds of quirks and
what each takes stand in \`src/providers/quirks.ts\`.

## What is assumed where a preset says nothing

- Chat Completions: one \`system\` message at the very start, what comes later as \`user\`; \`max_tokens\`;
  \`stream_options.include_usage\`; no effort, no cache key, no \`parallel_tool_calls\`, no \`response_format\`: a server that
  does not know a member may refuse it. Thinking is read from wherever servers are known to put it and does not go back.
- Messages: instructions in \`system\`; \`max_tokens\` of 32,000; thinking by a budget in tokens; marks for the prompt cache.
- Responses: \`developer\` messages anywhere, function tools, JSON schemas, \`reasoning.effort\`; no freeform or hosted tools.
- Gemini: what the third generation of it takes.
- All: usage, errors and signs of a full window under every name that is known of any provider; names of tools of at most 64
  characters; models at \`/models\`.`;

function overview(presets: readonly Preset[]): string {
  const rows = presets.map((preset) => {
    const keys = preset.keyVariables.map((name) => `\`${name}\``).join(' or ');
    const url = preset.baseUrl ?? preset.baseUrlExample ?? '';
    return `| [${preset.id}](#${preset.id}) | ${preset.name} | ${preset.protocol} | \`${url}\` | ${keys} |`;
  });
  return [
    '## All of them',
    '',
    '| preset | provider | protocol | base URL | key |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function section(preset: Preset): string {
  const lines = [
    ...preset.quirks.map((quirk) => sourced(quirkWords(quirk), quirk.source)),
    ...preset.models.flatMap(modelLines),
    ...fieldLines(preset),
  ];
  const note = preset.keyNote.endsWith('.') ? preset.keyNote : `${preset.keyNote}.`;
  return [`### ${preset.id}`, '', `${preset.name}, [documented here](${preset.source}). ${note}`, '', ...lines].join(
    '\n',
  );
}

function modelLines(model: KnownModel): readonly string[] {
  const facts = [
    ...(model.contextWindow === undefined ? [] : [`a window of ${model.contextWindow}`]),
    ...(model.maxOutputTokens === undefined ? [] : [`answers of ${model.maxOutputTokens}`]),
    ...(model.inputModalities === undefined ? [] : [`takes ${model.inputModalities.join(' and ')}`]),
    ...(model.reasoningLevels === undefined ? [] : [effortFacts(model.reasoningLevels)]),
  ];
  return [
    ...(facts.length === 0 ? [] : [sourced(`\`${model.match}\`: ${facts.join(', ')}`, model.source)]),
    ...(model.quirks ?? []).map((quirk) => sourced(`\`${model.match}\`: ${lowered(quirkWords(quirk))}`, quirk.source)),
  ];
}

function effortFacts(levels: readonly string[]): string {
  return levels.length === 0 ? 'no choice of effort' : `effort ${levels.join(', ')}`;
}

/** The fields that the table shows, and those it has no room for. */
function fieldLines({
  sources,
  headers,
  modelList,
  auth,
  keyOptional,
  native,
  clientMetadata,
  priceId,
  openai,
  forwarding,
}: Preset): string[] {
  const words: { readonly [field in keyof typeof sources]: string } = {
    baseUrl: 'Base URL',
    baseUrlExample: 'Form of the base URL',
    auth: `Signed by ${auth.type === 'header' ? `the header \`${auth.name}\`` : AUTH[auth.type]}`,
    keyVariables: 'Variable of the key',
    ...(keyOptional === true ? { keyOptional: 'The key may be left out' } : {}),
    ...(native ? { native: 'A full implementation of its protocol: bytes pass untouched' } : {}),
    ...(clientMetadata === true ? { clientMetadata: "Is sent Codex's `client_metadata`" } : {}),
    ...(priceId === undefined ? {} : { priceId: `Prices of \`${priceId}\`` }),
    ...(openai === true ? { openai: "A service of OpenAI's own models" } : {}),
    ...(forwarding === undefined
      ? {}
      : { forwarding: `Tells at \`${forwarding.path}\` in \`${forwarding.field}\` whether it forwards a model` }),
    headers: `Headers: ${Object.entries(headers)
      .map(([name, value]) => `\`${name}: ${value}\``)
      .join(', ')}`,
    modelList: `Models are listed at \`${modelList?.path ?? ''}\`${listedWords(modelList)}`,
  };
  return Object.entries(words).flatMap(([field, text]) => {
    const source = Object.entries(sources).find(([name]) => name === field)?.[1];
    return source === undefined ? [] : [sourced(text, source)];
  });
}

const AUTH = { bearer: 'a bearer token', none: 'nothing', passthrough: "the client's own login" } as const;

function listedWords(form: Preset['modelList']): string {
  const told = [
    ['windows', form?.contextField],
    ['output limits', form?.outputField],
    ['modalities', form?.modalitiesField],
    ['prices', form?.price?.input],
    ['windows of loaded models', form?.loaded?.contextField],
  ].flatMap(([what, field]) => (field === undefined ? [] : [`${what} in \`${field}\``]));
  return told.length === 0 ? '' : `, ${told.join(', ')}`;
}

function sourced(text: string, source: string): string {
  return `- ${text} ([source](${source}))`;
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
