import type { Loss } from '../ir/loss.ts';
import { PROTOCOL_IDS, type ProtocolId } from '../ir/protocol-id.ts';
import type { Extensions } from '../ir/request.ts';

/** Members that stand beside a neutral form, that the gateway itself answers (replies are kept here, and repeat the
 *  metadata), or of which only what asks for nothing was let in. */
const ANSWERED_HERE: { readonly [P in ProtocolId]?: ReadonlySet<string> } = {
  'openai-responses': new Set([
    'context_management',
    'image',
    'metadata',
    'store',
    'stream_options',
    'tool_choice',
    'top_logprobs',
    'truncation',
  ]),
};

/** Members of the client's request that only the protocol knows that they came in. One that is false or null asks for
 *  nothing. @param own  the protocol that is being encoded, @param name  its name for a person. */
export function foreignMembers(extensions: Extensions, own: ProtocolId, name: string): readonly Loss[] {
  const losses: Loss[] = [];
  for (const protocol of PROTOCOL_IDS) {
    if (protocol === own) continue;
    for (const [path, value] of Object.entries(extensions[protocol] ?? {})) {
      if (ANSWERED_HERE[protocol]?.has(path) === true) continue;
      if (value === undefined || value === null || value === false) continue;
      losses.push({ path, why: `It has no form in ${name}.` });
    }
  }
  return losses;
}
