import { chatDoor } from './chat-door.ts';
import { performDoor } from './harness.ts';

performDoor(chatDoor);
