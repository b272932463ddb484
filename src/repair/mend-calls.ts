import type { InferenceEvent } from '../ir/event.ts';
import type { Transducer } from '../wire/transducer.ts';
import { MAX_ARGUMENTS, mendArguments } from './mend-arguments.ts';
import { type SafePrefix, safePrefix } from './safe-prefix.ts';
import { schemaReader } from './schema.ts';
import type { ToolSchemas } from './tool-schemas.ts';

/** A call whose arguments are on their way.
 *  @property sent  how many characters went on already. @property held  the others, kept apart: to cut them from the whole
 *                  would copy all of it for each piece. */
type OpenCall = { readonly name: string; readonly prefix: SafePrefix; text: string; sent: number; held: string };

const NONE: readonly InferenceEvent[] = [];

/** Puts the arguments of calls right at their end, each change told as a loss. Until then what no repair would change
 *  goes on as it comes. A call that was cut, a freeform one and one of a tool that nobody offered pass as they are. */
export function mendCalls(tools: ToolSchemas): Transducer<InferenceEvent, InferenceEvent> {
  let call: OpenCall | undefined;
  let parameters: ReturnType<ToolSchemas['find']>;

  const begin = (event: Extract<InferenceEvent, { type: 'tool-call-start' }>): void => {
    parameters = event.kind === 'custom' ? undefined : tools.find(event.name);
    if (parameters === undefined) return;
    const schema = parameters ?? {};
    call = { name: event.name.name, prefix: safePrefix(schema, schemaReader(schema)), text: '', sent: 0, held: '' };
  };

  const delta = (open: OpenCall, event: InferenceEvent, input: string): readonly InferenceEvent[] => {
    open.text += input;
    open.held += input;
    const safe = open.text.length > MAX_ARGUMENTS ? open.text.length : open.prefix.push(input);
    if (safe <= open.sent) return NONE;
    const piece = open.held.slice(0, safe - open.sent);
    open.held = open.held.slice(safe - open.sent);
    open.sent = safe;
    return [piece === input ? event : { type: 'tool-call-delta', input: piece }];
  };

  const end = (open: OpenCall, last: InferenceEvent): readonly InferenceEvent[] => {
    call = undefined;
    const { text, sent, name, held } = open;
    const mended = mendArguments(text, parameters ?? null);
    const fits = mended?.text.startsWith(text.slice(0, sent));
    if (mended === undefined || !fits) return [...rest(held), last];
    const losses = mended.repairs.map((repair): InferenceEvent => ({ type: 'loss', loss: repaired(name, repair) }));
    return [...losses, ...rest(mended.text.slice(sent)), last];
  };

  return {
    push: (event) => {
      switch (event.type) {
        case 'tool-call-start':
          begin(event);
          return [event];
        case 'tool-call-delta':
          return call === undefined ? [event] : delta(call, event, event.input);
        case 'tool-call-end':
          return call === undefined ? [event] : end(call, event);
        case 'finish':
        case 'error': {
          // Cut inside the call: what was held back shows where.
          const cut = call === undefined ? NONE : rest(call.held);
          call = undefined;
          return cut.length === 0 ? [event] : [...cut, event];
        }
        default:
          return [event];
      }
    },
    end: () => NONE,
  };
}

function rest(input: string): readonly InferenceEvent[] {
  return input === '' ? NONE : [{ type: 'tool-call-delta', input }];
}

function repaired(tool: string, repair: string) {
  return { path: `tool_calls.${tool}.arguments`, why: `The arguments were repaired: ${repair}.` };
}
