import { matrix } from './matrix.ts';

// Calls of another model, or of another key, bear the mark that the API takes in a signature's place.
matrix(
  'gemini',
  `protocol: gemini
quirks:
  - kind: tool-call-members
    members: { thoughtSignature: skip_thought_signature_validator }
    source: https://ai.google.dev/gemini-api/docs/thought-signatures`,
);
