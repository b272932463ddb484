/** What one evaluation is given.
 *  @property data   the folder of public data, or undefined where it is not there.
 *  @property quick  smaller samples, for a look in seconds; its figures are not to be reported.
 *  @property say    takes a line of progress. */
export type EvaluationOptions = {
  readonly data: string | undefined;
  readonly quick: boolean;
  readonly say: (line: string) => void;
};

/** @property figures  in the order in which they are to be read.
 *  @property notes    what a reader must know to weigh them: splits, seeds, assumptions. */
export type Evaluation = { readonly figures: readonly Figure[]; readonly notes: readonly string[] };

/** @property low, high  the interval, where there is one. @property bound  what the figure is to reach. */
export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit?: string;
  readonly low?: number;
  readonly high?: number;
  readonly bound?: { readonly at: number; readonly side: 'at-least' | 'at-most' };
};
