import { matrix } from './matrix.ts';

// The simulator wants its thinking back in tool turns, as the strictest providers of this protocol do.
matrix(
  'openai-chat',
  `protocol: openai-chat
quirks:
  - kind: reasoning-echo
    echo: { field: reasoning_content, when: tool-turns }
    source: https://api-docs.deepseek.com/guides/thinking_mode`,
);
