import { type RunState, readRunState, removeRunState, writeRunState } from '../config/run-state.ts';

/** Makes this gateway the one that the commands find. @returns what takes it back: a gateway that ran already when this
 *  one came, on another port, is found again; otherwise it would hold its port and nobody could tell. */
export function register(home: string, state: RunState): () => void {
  const earlier = readRunState(home);
  writeRunState(home, state);
  return () => {
    removeRunState(home, state.instance);
    if (earlier.status === 'running' && readRunState(home).status === 'absent') writeRunState(home, earlier.state);
  };
}
