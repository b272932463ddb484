import { z } from 'zod';
import { type EffortDialect, PSEUDO_CALL_FORMS } from '../ir/dialect.ts';
import type { FailureKind } from '../ir/failure.ts';
import type { Json } from '../ir/json.ts';
import type { Quirk } from './quirks.ts';

const field = z.string().min(1);
const json = z.json().transform((value): Json => value);
const jsonObject = z.record(z.string(), json);
const path = z.array(field).min(1);
const names = z.array(field).min(1);
const levels = z.array(field).min(1);
const instructionRole = z.enum(['developer', 'system']);
const reasoningField = z.enum([
  'reasoning_content',
  'reasoning',
  'reasoning_details',
  'thinking-parts',
  'thinking-blocks',
  'items',
]);

const effort: z.ZodType<EffortDialect> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('field'), path, levels }),
  z.strictObject({
    kind: z.literal('switch'),
    path,
    on: z.union([z.string(), z.boolean()]),
    off: z.union([z.string(), z.boolean()]),
    level: z.strictObject({ path, levels }).exactOptional(),
  }),
  z.strictObject({ kind: z.literal('budget'), budgets: z.record(z.string(), z.int().nonnegative()) }),
  z.strictObject({ kind: z.literal('adaptive'), levels }),
]);

/** What an error code of a provider may mean. */
const UPSTREAM_FAILURES = [
  'auth',
  'permission',
  'quota',
  'rate-limited',
  'overloaded',
  'server-error',
  'timeout',
  'invalid-request',
  'context-overflow',
  'model-not-found',
  'content-policy',
] as const satisfies readonly FailureKind[];

/** `source` is what tells a rule from a rumour: a page in our presets, in a user's own file any word that says it. */
const source = z.string().min(1, 'is empty');

const pattern = field.refine((text) => isPattern(text), 'is no regular expression');

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** Quirks as they stand in a preset or in config.yaml. */
export const quirkSchema: z.ZodType<Quirk> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('role-map'),
    source,
    instructions: instructionRole,
    placement: z.enum(['anywhere', 'first']).exactOptional(),
    laterAs: z.enum(['user', 'system', 'developer']).exactOptional(),
    userAfterTool: z.boolean().exactOptional(),
  }),
  z.strictObject({ kind: z.literal('effort-dialect'), source, effort }),
  z.strictObject({
    kind: z.literal('reasoning-source'),
    source,
    fields: z.array(reasoningField),
    thinkTags: z.boolean().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('reasoning-echo'),
    source,
    echo: z.union([
      z.strictObject({ field: z.literal('none') }),
      z.strictObject({
        field: reasoningField,
        when: z.enum(['always', 'tool-turns']),
        required: z.boolean().exactOptional(),
      }),
    ]),
  }),
  z.strictObject({
    kind: z.literal('token-limit'),
    source,
    field: z.enum(['max_tokens', 'max_completion_tokens', 'max_output_tokens']),
    default: z.int().positive().exactOptional(),
  }),
  z.strictObject({ kind: z.literal('tool-names'), source, maxLength: z.int().min(16) }),
  z.strictObject({
    kind: z.literal('tool-limits'),
    source,
    maxTools: z.int().positive().exactOptional(),
    maxDescription: z.int().min(16).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('schema-keywords'),
    source,
    drop: z.array(field),
    form: z.literal('json-schema').exactOptional(),
  }),
  z.strictObject({ kind: z.literal('strict-tools'), source, accepted: z.boolean() }),
  z.strictObject({ kind: z.literal('parallel-field'), source, accepted: z.boolean() }),
  z.strictObject({
    kind: z.literal('hosted-tools'),
    source,
    types: z.array(field),
    forms: z
      .record(field, z.strictObject({ tool: jsonObject.exactOptional(), members: jsonObject.exactOptional() }))
      .exactOptional(),
  }),
  z.strictObject({ kind: z.literal('tool-call-id'), source, pattern, length: z.int().min(8) }),
  z.strictObject({ kind: z.literal('tool-call-members'), source, members: jsonObject }),
  z.strictObject({ kind: z.literal('pseudo-calls'), source, forms: z.array(z.enum(PSEUDO_CALL_FORMS)) }),
  z.strictObject({
    kind: z.literal('tool-choices'),
    source,
    accepted: z.array(z.enum(['auto', 'none', 'required', 'tool'])),
  }),
  z.strictObject({
    kind: z.literal('output-format'),
    source,
    accepts: z.enum(['json-schema', 'json-object', 'instruction']),
  }),
  z.strictObject({
    kind: z.literal('images'),
    source,
    input: z.boolean(),
    inToolResults: z.boolean().exactOptional(),
  }),
  z.strictObject({ kind: z.literal('stream-usage'), source, accepted: z.boolean() }),
  z.strictObject({
    kind: z.literal('usage-names'),
    source,
    places: names.exactOptional(),
    input: names.exactOptional(),
    output: names.exactOptional(),
    cacheRead: names.exactOptional(),
    cacheWrite: names.exactOptional(),
    reasoning: names.exactOptional(),
    cachedTokens: z.enum(['inside', 'beside']).exactOptional(),
    reasoningTokens: z.enum(['inside', 'beside']).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('error-shape'),
    source,
    message: names.exactOptional(),
    code: names.exactOptional(),
    codes: z.record(field, z.enum(UPSTREAM_FAILURES)).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('overflow-signs'),
    source,
    words: z.array(field),
    emptyStatuses: z.array(z.int().min(400).max(599)).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('cache-rules'),
    source,
    prefix: z.enum(['automatic', 'explicit', 'both', 'none']),
    minTokens: z.int().nonnegative().exactOptional(),
    blockTokens: z.int().positive().exactOptional(),
    ttlSeconds: z.int().positive().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('cache-key'),
    source,
    field: field.nullable(),
    header: z
      .string()
      .regex(/^[a-z0-9-]+$/, 'is no header in lower case')
      .exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('cache-breakpoints'),
    source,
    accepted: z.boolean(),
    lifetime: z.literal('1h').exactOptional(),
  }),
  z.strictObject({ kind: z.literal('verbosity'), source, accepted: z.boolean() }),
  z.strictObject({ kind: z.literal('service-tier'), source, accepted: z.boolean() }),
  z.strictObject({
    kind: z.literal('set-default'),
    source,
    field,
    value: json,
  }),
  z.strictObject({ kind: z.literal('drop-field'), source, field }),
  z.strictObject({ kind: z.literal('rename-field'), source, from: field, to: field }),
]);
