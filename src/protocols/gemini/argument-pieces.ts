import { isJsonObject, type Json, type JsonObject, MAX_DEPTH } from '../../ir/json.ts';

/** The arguments of a call as they come in pieces, each under a path into them: `$.edits[0].text`.
 *  @property add  @returns the JSON text that the piece adds, or what is wrong with it.
 *  @property end  @returns the rest of the text: what is still open is closed. */
export type ArgumentPieces = {
  readonly add: (piece: JsonObject) => { readonly text: string } | { readonly wrong: string };
  readonly end: () => string;
};

type Step = string | number;
/** An object or a list that is still open. @property written  names that it has; @property count  places that it has. */
type Container = { readonly kind: 'object'; readonly written: Set<string> } | { readonly kind: 'list'; count: number };

/** The longest arguments, in characters: as in any other reply. */
const MAX_SIZE = 16 * 1024 * 1024;

/** A model writes its arguments from front to back, so that each piece can go on as text at once: what it leaves is
 *  closed, and what it comes back to is out of place. A string stays open until another path follows.
 *  @see https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc */
export function argumentPieces(): ArgumentPieces {
  /** The open containers, outermost first; each but the first stands under the step before it. */
  const containers: Container[] = [{ kind: 'object', written: new Set() }];
  let path: readonly Step[] = [];
  let inString = false;
  let size = 0;

  /** Closes down to the first `depth` containers. */
  const closeTo = (depth: number): string => {
    let text = inString ? '"' : '';
    inString = false;
    while (containers.length > depth) text += containers.pop()?.kind === 'list' ? ']' : '}';
    return text;
  };

  const begin = (steps: readonly Step[], value: Json): string | undefined => {
    const parents = steps.slice(0, -1);
    const kept = parents.findIndex((step, at) => step !== path[at] || at + 1 >= containers.length);
    const shared = kept === -1 ? parents.length : kept;
    let text = (size === 0 ? '{' : '') + closeTo(shared + 1);
    for (const [at, step] of steps.entries()) {
      if (at < shared) continue;
      const entry = enter(containers.at(-1), step);
      if (entry === undefined) return undefined;
      text += entry;
      if (at === steps.length - 1) break;
      const isList = typeof steps[at + 1] === 'number';
      containers.push(isList ? { kind: 'list', count: 0 } : { kind: 'object', written: new Set() });
      text += isList ? '[' : '{';
    }
    path = steps;
    inString = typeof value === 'string';
    return text + (typeof value === 'string' ? `"${escaped(value)}` : JSON.stringify(value));
  };

  return {
    add: (piece) => {
      const given = piece['jsonPath'];
      const steps = typeof given === 'string' ? stepsOf(given) : undefined;
      const shown = JSON.stringify(given ?? null).slice(0, 200);
      if (steps === undefined) return { wrong: `gave an argument under a path that is none: ${shown}` };
      const value = pieceValue(piece);
      const goesOn = inString && typeof value === 'string' && isSamePath(steps, path);
      const text = goesOn ? escaped(value) : begin(steps, value);
      if (text === undefined) return { wrong: `gave an argument out of place: ${shown}` };
      size += text.length;
      return size > MAX_SIZE ? { wrong: 'is longer than 16 Mi characters' } : { text };
    },
    end: () => (size === 0 ? '{}' : closeTo(0)),
  };
}

/** What stands before a value in its container; undefined where the container has that place already, or has none such. */
function enter(container: Container | undefined, step: Step): string | undefined {
  if (container?.kind === 'list') {
    if (step !== container.count) return undefined;
    container.count += 1;
    return step === 0 ? '' : ',';
  }
  if (container === undefined || typeof step === 'number' || container.written.has(step)) return undefined;
  container.written.add(step);
  return `${container.written.size === 1 ? '' : ','}${JSON.stringify(step)}:`;
}

/** The inside of a JSON string. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function isSamePath(one: readonly Step[], other: readonly Step[]): boolean {
  return one.length === other.length && one.every((step, at) => step === other[at]);
}

function pieceValue(piece: JsonObject): Json {
  const { stringValue, numberValue, boolValue } = piece;
  return [stringValue, numberValue, boolValue].find((value) => value !== undefined) ?? null;
}

const STEP = /\.([^.[\]]+)|\[(\d+)\]|\[(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\]/y;

/** The longest path that is read, in characters. */
const MAX_PATH = 4_096;

/** The steps of a normalised JSONPath; undefined where it is none. */
function stepsOf(path: string): readonly Step[] | undefined {
  if (!path.startsWith('$') || path.length > MAX_PATH) return undefined;
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (match === null) return undefined;
    const [, name, index, double, single] = match;
    const quoted = double ?? single;
    steps.push(index === undefined ? (name ?? quoted?.replace(/\\(.)/g, '$1') ?? '') : Number(index));
  }
  return steps.length === 0 || steps.length > MAX_DEPTH ? undefined : steps;
}

/** Whole arguments as the text that is replayed. Some servers send them as a text already. */
export function argumentText(args: Json | undefined): string {
  if (typeof args === 'string') return args;
  return isJsonObject(args) ? JSON.stringify(args) : '{}';
}
