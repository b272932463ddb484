import { performDoor } from './harness.ts';
import { messagesDoor } from './messages-door.ts';

performDoor(messagesDoor);
