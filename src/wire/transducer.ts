/** A synchronous step machine: state lives in the closure, one call per chunk, no I/O.
 *  `end` is called once, after the last `push`. Neither throws for bad input: that is an output too. */
export type Transducer<In, Out> = { push(input: In): readonly Out[]; end(): readonly Out[] };

export function compose<A, B, C>(first: Transducer<A, B>, second: Transducer<B, C>): Transducer<A, C> {
  const pushAll = (inputs: readonly B[]): C[] => {
    const outputs: C[] = [];
    for (const input of inputs) outputs.push(...second.push(input));
    return outputs;
  };
  return {
    push: (input) => pushAll(first.push(input)),
    end: () => [...pushAll(first.end()), ...second.end()],
  };
}
