import { isJsonObject, type Json, type JsonObject, MAX_DEPTH } from '../../ir/json.ts';

/** The arguments of a call as they come in pieces, each under a path into them: `$.edits[0].text`.
 *  @property add   @returns what is wrong with the piece; undefined where nothing is.
 *  @property text  the arguments so far, as JSON. */
export type ArgumentPieces = {
  readonly add: (piece: JsonObject) => string | undefined;
  readonly text: () => string;
};

type Step = string | number;
type Container = Map<string, Node> | Node[];
type Node = { readonly container: Container } | { value: Json };

/** Strings under one path are joined, any other value is set. Members live in maps, so that no name among them is special.
 *  @see https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc */
export function argumentPieces(): ArgumentPieces {
  const root: Container = new Map();
  let size = 0;
  return {
    add: (piece) => {
      const path = piece['jsonPath'];
      const steps = typeof path === 'string' ? stepsOf(path) : undefined;
      if (steps === undefined)
        return `gave an argument under a path that is none: ${JSON.stringify(path ?? null).slice(0, 200)}`;
      const value = pieceValue(piece);
      if (typeof value === 'string') size += value.length;
      if (size > MAX_SIZE) return 'is longer than 16 Mi characters';
      return put(root, steps, value) ? undefined : `gave an argument out of place: ${JSON.stringify(path)}`;
    },
    text: () => JSON.stringify(jsonOf({ container: root })),
  };
}

function put(root: Container, steps: readonly Step[], value: Json): boolean {
  let container = root;
  for (const [at, step] of steps.entries()) {
    const isLast = at === steps.length - 1;
    const known = nodeAt(container, step);
    if (isLast) {
      if (known === undefined) return setNode(container, step, { value });
      if (!('value' in known)) return false;
      known.value = typeof known.value === 'string' && typeof value === 'string' ? known.value + value : value;
      return true;
    }
    if (known === undefined) {
      const inner: Container = typeof steps[at + 1] === 'number' ? [] : new Map();
      if (!setNode(container, step, { container: inner })) return false;
      container = inner;
    } else if ('container' in known) container = known.container;
    else return false;
  }
  return false;
}

function nodeAt(container: Container, step: Step): Node | undefined {
  if (Array.isArray(container)) return typeof step === 'number' ? container[step] : undefined;
  return container.get(String(step));
}

/** A list grows by its next place only: a far one would be a hole as large as somebody likes. */
function setNode(container: Container, step: Step, node: Node): boolean {
  if (!Array.isArray(container)) container.set(String(step), node);
  else if (step === container.length) container.push(node);
  else return false;
  return true;
}

function pieceValue(piece: JsonObject): Json {
  const { stringValue, numberValue, boolValue } = piece;
  return [stringValue, numberValue, boolValue].find((value) => value !== undefined) ?? null;
}

function jsonOf(node: Node): Json {
  if ('value' in node) return node.value;
  if (Array.isArray(node.container)) return node.container.map(jsonOf);
  return Object.fromEntries([...node.container].map(([name, inner]) => [name, jsonOf(inner)]));
}

const STEP = /\.([^.[\]]+)|\[(\d+)\]|\[(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\]/y;

/** The longest arguments, in characters: as in any other reply. */
const MAX_SIZE = 16 * 1024 * 1024;
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
