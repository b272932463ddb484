import { matrix } from './matrix.ts';

// With the preset that users have: schemas as JSON Schema, and what stands in for a signature of another model.
matrix('gemini', 'preset: gemini');
