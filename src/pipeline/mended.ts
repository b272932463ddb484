import { randomUUID } from 'node:crypto';
import type { InferenceRequest, ToolName } from '../ir/request.ts';
import { FREEFORM_ARGUMENT } from '../protocols/grammar-words.ts';
import type { EgressCall } from '../protocols/protocol.ts';
import { toolNames } from '../protocols/tool-names.ts';
import { dialectFor } from '../providers/dialect.ts';
import type { Model } from '../providers/provider.ts';
import { repairsFor } from '../providers/repairs.ts';
import { replyMender } from '../repair/mend-reply.ts';
import { type OfferedTools, offeredTool } from '../repair/pseudo/offered-call.ts';
import type { PseudoCallOptions } from '../repair/pseudo/pseudo-calls.ts';

/** A call whose translated reply is put right on its way. It keeps of the request what its tools are called and take. */
export function mended(call: EgressCall, request: InferenceRequest, model: Model): EgressCall {
  const repairs = repairsFor(model);
  const pseudo = repairs.pseudoCalls ? pseudoCallOptions(request, model) : undefined;
  const stops = request.sampling.stop?.filter((stop) => stop !== '') ?? [];
  // Where the provider has no member for it, the gateway keeps to it.
  const single = request.parallelToolCalls === false && !dialectFor(model).tools.parallelField;
  const mender = replyMender({ tools: request.tools, ...repairs, pseudo, stops, oneCall: single });
  const { decodeStream, decodeResponse } = call;
  return {
    ...call,
    decodeStream: () => mender.stream(decodeStream()),
    decodeResponse: (body) => mender.whole(decodeResponse(body)),
  };
}

function pseudoCallOptions(request: InferenceRequest, model: Model): PseudoCallOptions | undefined {
  const { pseudoCalls, maxNameLength } = dialectFor(model).tools;
  // Where JSON was asked for, JSON is the answer.
  const forms = pseudoCalls?.filter((form) => form !== 'json' || request.outputFormat.type === 'text') ?? [];
  if (forms.length === 0 || request.tools.length === 0 || request.toolChoice.type === 'none') return undefined;
  const tools = offeredTools(request.tools, maxNameLength);
  return { forms, tools, newCallId: () => `call_${randomUUID().replaceAll('-', '')}` };
}

/** The tools by the names that the model was given: those of the codec's own table. */
function offeredTools(tools: InferenceRequest['tools'], maxNameLength: number): OfferedTools {
  const { offered, lookup } = toolNames({ tools, messages: [] }, maxNameLength);
  const byName = new Map(offered.map(({ tool }) => [identity(tool.name), offeredTool(tool)]));
  return { find: (wireName) => byName.get(identity(lookup(wireName).name)), freeform: FREEFORM_ARGUMENT };
}

function identity({ namespace, name }: ToolName): string {
  return JSON.stringify([namespace, name]);
}
