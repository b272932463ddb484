import { BRIDGE_CASES } from './bridges.ts';
import type { EdgeCase } from './case.ts';
import { CHAT_STREAM_CASES } from './chat-streams.ts';
import { EFFORT_CASES } from './efforts.ts';
import { GEMINI_CASES } from './gemini.ts';
import { MESSAGES_CASES } from './messages.ts';
import { NATIVE_CASES } from './native.ts';
import { REQUEST_CASES } from './requests.ts';

/** Every edge case, in the order of their numbers; then what other bridges still get wrong, by letters. */
export const EDGE_CASES: readonly EdgeCase[] = [
  ...REQUEST_CASES,
  ...EFFORT_CASES,
  ...CHAT_STREAM_CASES,
  ...MESSAGES_CASES,
  ...GEMINI_CASES,
  ...NATIVE_CASES,
  ...BRIDGE_CASES,
];
