/** A synchronous step machine: state lives in the closure, one call per chunk, no I/O.
 *  `end` is called once, after the last `push`. Neither throws for bad input: that is an output too. */
export type Transducer<In, Out> = { push(input: In): readonly Out[]; end(): readonly Out[] };

export function compose<A, B, C>(first: Transducer<A, B>, second: Transducer<B, C>): Transducer<A, C> {
  const pushAll = (inputs: readonly B[]): C[] => {
    const outputs: C[] = [];
    for (const input of inputs) for (const output of second.push(input)) outputs.push(output);
    return outputs;
  };
  return {
    push: (input) => pushAll(first.push(input)),
    end: () => [...pushAll(first.end()), ...second.end()],
  };
}

/** A decoder with steps behind it, each of which lets most of what it gets pass as it is: a list that no step changes is
 *  handed on as it came. */
export function withSteps<In, Out>(
  decoder: Transducer<In, Out>,
  steps: readonly Transducer<Out, Out>[],
): Transducer<In, Out> {
  return {
    push: (input) => {
      let outputs = decoder.push(input);
      for (const step of steps) outputs = through(outputs, step);
      return outputs;
    },
    end: () => endedThrough(decoder.end(), steps),
  };
}

/** What the steps make of these, which are the last. */
export function endedThrough<T>(values: readonly T[], steps: readonly Transducer<T, T>[]): readonly T[] {
  let all = values;
  for (const step of steps) all = [...through(all, step), ...step.end()];
  return all;
}

function through<T>(values: readonly T[], step: Transducer<T, T>): readonly T[] {
  let changed: T[] | undefined;
  let same = 0;
  for (const value of values) {
    const told = step.push(value);
    if (changed === undefined) {
      if (told.length === 1 && told[0] === value) {
        same += 1;
        continue;
      }
      changed = values.slice(0, same);
    }
    for (const one of told) changed.push(one);
  }
  return changed ?? values;
}
