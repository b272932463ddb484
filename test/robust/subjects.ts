import { bodySubjects } from './bodies.ts';
import { streamJudges } from './judges.ts';
import { repairSubjects } from './repairs.ts';
import { replySubjects } from './replies.ts';
import type { Subject } from './subject.ts';
import { wireSubjects } from './wire.ts';

/** Everything in the program that is fed bytes of strangers. */
export async function allSubjects(): Promise<readonly Subject[]> {
  return [...replySubjects(await streamJudges()), ...repairSubjects(), ...bodySubjects(), ...wireSubjects()];
}
