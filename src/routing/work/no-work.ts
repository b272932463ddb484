import type { Work } from '../../ir/work.ts';

/** Of a call whose conversation nobody has read. */
export const NO_WORK: Work = {
  task: '',
  key: '',
  steps: 0,
  events: [],
  planMode: false,
  planned: false,
  openCalls: 0,
};
