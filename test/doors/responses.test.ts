import { performDoor } from './harness.ts';
import { responsesDoor } from './responses-door.ts';

performDoor(responsesDoor);
