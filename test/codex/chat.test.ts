import { matrix } from './matrix.ts';

matrix('openai-chat', 'protocol: openai-chat');
