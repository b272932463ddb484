import { matrix } from './matrix.ts';

matrix('openai-responses', 'protocol: openai-responses');
