import { matrix } from './matrix.ts';

matrix('anthropic-messages', 'protocol: anthropic-messages');
