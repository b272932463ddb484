import type { Dialect } from '../../ir/dialect.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import type { OutputFormat } from '../../ir/request.ts';
import { withoutKeywords } from '../tool-schema.ts';
import { formatWords } from '../words-for-models.ts';

/** @property instruction  what the model must be told where the provider does not hold it to the format. */
export type EncodedFormat = {
  readonly members: JsonObject;
  readonly instruction?: string;
  readonly losses: readonly Loss[];
};

const NOT_ENFORCED: readonly Loss[] = [
  { path: 'text.format', why: 'The provider does not enforce it; the model is told of it in the instructions.' },
];

/** The reply's format as `response_format`, or as words, by what the provider takes. */
export function encodeOutputFormat(format: OutputFormat, dialect: Dialect): EncodedFormat {
  if (format.type === 'text') return { members: {}, losses: [] };
  const jsonMode: JsonObject = { response_format: { type: 'json_object' } };
  if (format.type === 'json-object') {
    // The API demands that the word JSON stands in the messages; the client that asked for this mode saw to it.
    if (dialect.outputFormat !== 'instruction') return { members: jsonMode, losses: [] };
    return { members: {}, instruction: formatWords(undefined), losses: NOT_ENFORCED };
  }
  const schema = withoutKeywords(format.schema, dialect.tools.dropKeywords);
  if (dialect.outputFormat === 'json-schema') {
    const members: JsonObject = {
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: format.name,
          ...(format.description === undefined ? {} : { description: format.description }),
          schema: schema.schema,
          ...(format.strict === undefined ? {} : { strict: format.strict }),
        },
      },
    };
    return { members, losses: schema.changes.map((why) => ({ path: 'text.format.schema', why })) };
  }
  const instruction = formatWords(format.schema);
  return { members: dialect.outputFormat === 'json-object' ? jsonMode : {}, instruction, losses: NOT_ENFORCED };
}
