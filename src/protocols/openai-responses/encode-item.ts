import { isJsonObject, parseJson } from '../../ir/json.ts';
import type { ProviderState, ToolCallKind, ToolName } from '../../ir/request.ts';
import { EMPTY_ENVELOPE, makeEnvelope } from '../envelope.ts';

/** One output item while it streams. Its frames are written by hand around the one member that changes, since this is
 *  what every token of every reply goes through.
 *  @property delta  a further piece of its text, never empty.
 *  @property close  @param whole  false where a limit cut the item. @returns the finished item as JSON text; undefined
 *                   where it must stay open. */
export type OpenItem = {
  readonly delta: (text: string) => void;
  readonly close: (whole: boolean, state?: ProviderState) => string | undefined;
};

export type OpenReasoning = OpenItem & { readonly nextPart: () => void };

/** Where an item stands and how its events go out.
 *  @property id     unique; the item's own prefix comes before it.
 *  @property emit   @param members  JSON text of the event's members behind its type and number. */
export type ItemSlot = {
  readonly id: string;
  readonly index: number;
  readonly emit: (type: string, members: string) => void;
};

export function openMessage(slot: ItemSlot, kind: 'output_text' | 'refusal', phase: string | undefined): OpenItem {
  const id = `msg_${slot.id}`;
  const head = `{"id":"${id}","type":"message","role":"assistant"${phase === undefined ? '' : `,"phase":${JSON.stringify(phase)}`}`;
  const place = `"item_id":"${id}","output_index":${slot.index},"content_index":0`;
  const isText = kind === 'output_text';
  const member = isText ? 'text' : 'refusal';
  const part = (text: string): string =>
    isText
      ? `{"type":"output_text","text":${text},"annotations":[],"logprobs":[]}`
      : `{"type":"refusal","refusal":${text}}`;
  const probabilities = isText ? ',"logprobs":[]' : '';
  const deltaType = `response.${kind}.delta`;
  const deltaHead = `${place}${probabilities},"delta":`;
  let whole = '';
  added(slot, `${head},"status":"in_progress","content":[]}`);
  slot.emit('response.content_part.added', `${place},"part":${part('""')}`);
  return {
    delta: (text) => {
      whole += text;
      slot.emit(deltaType, deltaHead + JSON.stringify(text));
    },
    close: (isWhole) => {
      const text = JSON.stringify(whole);
      slot.emit(`response.${kind}.done`, `${place}${probabilities},"${member}":${text}`);
      slot.emit('response.content_part.done', `${place},"part":${part(text)}`);
      return done(slot, `${head},"status":"${statusOf(isWhole)}","content":[${part(text)}]}`);
    },
  };
}

/** Reasoning goes out as summary parts, since Codex hides raw thinking.
 *  @param wantsEnvelope  the client asked for encrypted content, so that some must be there. */
export function openReasoning(slot: ItemSlot, wantsEnvelope: boolean): OpenReasoning {
  const id = `rs_${slot.id}`;
  const head = `{"id":"${id}","type":"reasoning"`;
  const parts: string[] = [];
  let place = '';
  let text: string | undefined;
  added(slot, `${head},"summary":[]}`);
  const closePart = (): void => {
    if (text === undefined) return;
    const json = JSON.stringify(text);
    const part = `{"type":"summary_text","text":${json}}`;
    slot.emit('response.reasoning_summary_text.done', `${place},"text":${json}`);
    slot.emit('response.reasoning_summary_part.done', `${place},"part":${part}`);
    parts.push(part);
    text = undefined;
  };
  return {
    delta: (piece) => {
      if (text === undefined) {
        text = '';
        place = `"item_id":"${id}","output_index":${slot.index},"summary_index":${parts.length}`;
        slot.emit('response.reasoning_summary_part.added', `${place},"part":{"type":"summary_text","text":""}`);
      }
      text += piece;
      slot.emit('response.reasoning_summary_text.delta', `${place},"delta":${JSON.stringify(piece)}`);
    },
    nextPart: closePart,
    close: (isWhole, state) => {
      closePart();
      const envelope = state === undefined ? (wantsEnvelope ? EMPTY_ENVELOPE : undefined) : makeEnvelope(state);
      const encrypted = envelope === undefined ? '' : `,"encrypted_content":${JSON.stringify(envelope)}`;
      const status = isWhole ? '' : ',"status":"incomplete"';
      return done(slot, `${head},"summary":[${parts.join(',')}]${encrypted}${status}}`);
    },
  };
}

export function openCall(slot: ItemSlot, kind: ToolCallKind, callId: string, name: ToolName): OpenItem {
  switch (kind) {
    case 'function':
      return openFunctionCall(slot, callId, name);
    case 'custom':
      return openCustomCall(slot, callId, name);
    case 'search':
      return openSearchCall(slot, callId);
  }
}

function openFunctionCall(slot: ItemSlot, callId: string, name: ToolName): OpenItem {
  const id = `fc_${slot.id}`;
  const head = `{"id":"${id}","type":"function_call","call_id":${JSON.stringify(callId)},${nameMembers(name)}`;
  const place = `"item_id":"${id}","output_index":${slot.index}`;
  let input = '';
  added(slot, `${head},"status":"in_progress","arguments":""}`);
  const delta = (piece: string): void => {
    input += piece;
    slot.emit('response.function_call_arguments.delta', `${place},"delta":${JSON.stringify(piece)}`);
  };
  return {
    delta,
    close: (isWhole) => {
      // Clients parse the arguments: none are `{}`, and none of a call that was cut must not pass for none.
      if (input.trim() === '') delta(isWhole ? '{}' : '{');
      const json = JSON.stringify(input);
      slot.emit(
        'response.function_call_arguments.done',
        `${place},"name":${JSON.stringify(name.name)},"arguments":${json}`,
      );
      return done(slot, `${head},"status":"${statusOf(isWhole)}","arguments":${json}}`);
    },
  };
}

/** Codex runs every call that is closed, whatever its status: half a text that needs no parsing must not be. */
function openCustomCall(slot: ItemSlot, callId: string, name: ToolName): OpenItem {
  const id = `ctc_${slot.id}`;
  const head = `{"id":"${id}","type":"custom_tool_call","call_id":${JSON.stringify(callId)},${nameMembers(name)}`;
  const place = `"item_id":"${id}","output_index":${slot.index}`;
  let input = '';
  added(slot, `${head},"status":"in_progress","input":""}`);
  return {
    delta: (piece) => {
      input += piece;
      slot.emit('response.custom_tool_call_input.delta', `${place},"delta":${JSON.stringify(piece)}`);
    },
    close: (isWhole) => {
      if (!isWhole) return undefined;
      const json = JSON.stringify(input);
      slot.emit('response.custom_tool_call_input.done', `${place},"input":${json}`);
      return done(slot, `${head},"status":"completed","input":${json}}`);
    },
  };
}

/** The arguments of a tool search are an object, so that they cannot stream. Those that do not parse go as the text
 *  that they are: the client tells the model what is wrong with them. */
function openSearchCall(slot: ItemSlot, callId: string): OpenItem {
  const head = `{"id":"ts_${slot.id}","type":"tool_search_call","call_id":${JSON.stringify(callId)},"execution":"client"`;
  let input = '';
  added(slot, `${head},"status":"in_progress","arguments":{}}`);
  return {
    delta: (piece) => {
      input += piece;
    },
    close: (isWhole) => {
      const value = input.trim() === '' && isWhole ? {} : parseJson(input);
      const json = isJsonObject(value) ? JSON.stringify(value) : JSON.stringify(input);
      return done(slot, `${head},"status":"${statusOf(isWhole)}","arguments":${json}}`);
    },
  };
}

/** An item that is whole from the start. @param item  its JSON text. @param fresh  the same before it has run. */
export function wholeItem(slot: ItemSlot, item: string, fresh: string): string {
  added(slot, fresh);
  return done(slot, item);
}

function added(slot: ItemSlot, item: string): void {
  slot.emit('response.output_item.added', `"output_index":${slot.index},"item":${item}`);
}

function done(slot: ItemSlot, item: string): string {
  slot.emit('response.output_item.done', `"output_index":${slot.index},"item":${item}`);
  return item;
}

function statusOf(isWhole: boolean): string {
  return isWhole ? 'completed' : 'incomplete';
}

function nameMembers({ name, namespace }: ToolName): string {
  return namespace === undefined
    ? `"name":${JSON.stringify(name)}`
    : `"name":${JSON.stringify(name)},"namespace":${JSON.stringify(namespace)}`;
}
