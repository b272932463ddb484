import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';

const shared = fileURLToPath(new URL('../../../shared/judge/', import.meta.url));

/** What a model's own words may break, or its silence, and a provider's own blobs: passed on honestly, so not held
 *  against us. */
const IGNORE = [
  'ARGS_JSON',
  'ARGS_NOT_OBJECT',
  'TOOL_INPUT',
  'DELTA_FFFD',
  'FINAL_ENCRYPTED',
  'EMPTY_MESSAGE',
  'THINK_LEAK',
  'THINKING_AFTER_TOOL',
  'TOOL_NAME',
];

const FILES: { readonly [P in ProtocolId]?: string } = {
  'openai-responses': 'validate.mjs',
  'openai-chat': 'validate-chat.mjs',
  'anthropic-messages': 'validate-anthropic.mjs',
};

/** Throws at the first finding. @param ignore  rules that this reply may break. */
export type Judge = (stream: string, ignore?: readonly string[]) => void;

/** The strict judges of what a door sends; none where this machine does not have them. */
export async function streamJudges(): Promise<ReadonlyMap<ProtocolId, Judge>> {
  const judges = new Map<ProtocolId, Judge>();
  for (const [protocol, file] of Object.entries(FILES)) {
    if (!existsSync(shared + file) || !isDoor(protocol)) continue;
    const { validateStream } = await import(shared + file);
    judges.set(protocol, (stream, ignore = []) => {
      const options = { strict: true, allowFailed: true, ignore: [...IGNORE, ...ignore] };
      assert.deepEqual(validateStream(Buffer.from(stream), options).findings, []);
    });
  }
  return judges;
}

function isDoor(protocol: string): protocol is ProtocolId {
  return Object.hasOwn(FILES, protocol);
}
