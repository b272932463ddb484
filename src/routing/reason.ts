/** One sentence of the explanation of a plan, with the target it is about.
 *  @property rule    the target was shut out by it: it is not tried.
 *  @property score   what the strategy made of the target; what is better, less or more, the sentence says.
 *  @property chance  how likely the strategy was to put the target first, 0 to 1, where it drew lots.
 *  @property order   of a route: the models that it gives, in the order in which they are tried. */
export type Reason = {
  readonly slug?: string;
  readonly text: string;
  readonly rule?: RuleId;
  readonly score?: number;
  readonly chance?: number;
  readonly order?: readonly string[];
};

/** What can shut a target out. `fence`: a policy; `budget`: a limit of cost; `context-window`: the request would not fit;
 *  `hard-limit`: it has told to be left alone for a while; `out-of-reach`: its provider cannot be called, as without its key. */
export const RULE_IDS = ['fence', 'budget', 'context-window', 'hard-limit', 'out-of-reach'] as const;
export type RuleId = (typeof RULE_IDS)[number];
