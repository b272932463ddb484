import { append } from '../../ir/append.ts';
import type { Dialect } from '../../ir/dialect.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import type { InferenceRequest, OutputFormat, Sampling } from '../../ir/request.ts';
import { formatWords } from '../words-for-models.ts';
import { fitReplySchema } from './fit-schema.ts';
import { encodeThinking } from './thinking.ts';

/** @see https://ai.google.dev/api/generate-content#generationconfig */
const MAX_STOP_SEQUENCES = 5;

/** @property instruction  what the model must be told where the provider does not hold it to the format. */
export type EncodedConfig = { readonly config: JsonObject; readonly instruction?: string };

export function encodeConfig(request: InferenceRequest, dialect: Dialect, losses: Loss[]): EncodedConfig {
  const { members, instruction } = encodeFormat(request.outputFormat, dialect, losses);
  const config = present({
    ...samplingMembers(request.sampling, dialect),
    ...members,
    thinkingConfig: encodeThinking(request.reasoning, dialect, losses),
  });
  return instruction === undefined ? { config } : { config, instruction };
}

function samplingMembers(sampling: Sampling, dialect: Dialect): { [name: string]: Json | undefined } {
  // The gateway itself ends the reply at those that are left out here.
  const stop = sampling.stop?.filter((sequence) => sequence !== '');
  return {
    maxOutputTokens: sampling.maxOutputTokens ?? dialect.defaultMaxTokens,
    temperature: sampling.temperature,
    topP: sampling.topP,
    stopSequences: stop === undefined || stop.length === 0 ? undefined : stop.slice(0, MAX_STOP_SEQUENCES),
    seed: sampling.seed,
    presencePenalty: sampling.presencePenalty,
    frequencyPenalty: sampling.frequencyPenalty,
  };
}

const JSON_TYPE: JsonObject = { responseMimeType: 'application/json' };

function encodeFormat(
  format: OutputFormat,
  dialect: Dialect,
  losses: Loss[],
): { readonly members: JsonObject; readonly instruction?: string } {
  if (format.type === 'text') return { members: {} };
  const schema = format.type === 'json-schema' ? format.schema : undefined;
  if (dialect.outputFormat === 'json-schema' || (dialect.outputFormat === 'json-object' && schema === undefined)) {
    if (schema === undefined) return { members: JSON_TYPE };
    const fitted = fitReplySchema(schema, dialect.tools);
    append(
      losses,
      fitted.changes.map((why) => ({ path: 'text.format.schema', why })),
    );
    return { members: { ...JSON_TYPE, ...fitted.schema } };
  }
  losses.push({
    path: 'text.format',
    why: 'The provider does not enforce it; the model is told of it in the instructions.',
  });
  return { members: dialect.outputFormat === 'json-object' ? JSON_TYPE : {}, instruction: formatWords(schema) };
}

function present(members: { readonly [name: string]: Json | undefined }): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
