import { matrix } from './matrix.ts';

matrix(
  'openai-chat',
  `protocol: openai-chat
quirks:
  - kind: reasoning-echo
    echo: { field: reasoning_content, when: tool-turns }
    source: https://api-docs.deepseek.com/guides/thinking_mode`,
  { websocket: true },
);
