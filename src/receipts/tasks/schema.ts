import { z } from 'zod';
import { DURATION, durationMs } from '../../config/units.ts';
import type { JsonObject } from '../../ir/json.ts';
import { isJsonObject } from '../../ir/json.ts';

const duration = z.string().regex(DURATION, 'is no duration, such as 90s, 10m or 1h').transform(durationMs);
const command = z.string().min(1, 'is empty');
const text = z.string().min(1, 'is empty');
const files = z.record(z.string(), z.string());

/** What may stand at the top, for all tasks, and in a task, for it alone. */
const shared = {
  repository: text.exactOptional().describe('a URL or a path that Git can fetch from'),
  ref: text.exactOptional().describe('branch, tag or full commit of the repository'),
  folder: text.exactOptional().describe('a folder, copied as it is'),
  setup: command.exactOptional().describe('a shell command, run in the copy before Codex'),
  check: command.exactOptional().describe('a shell command, run in the copy after Codex: status 0 is passed'),
  timeout: duration.exactOptional().describe('how long Codex may work; 10m where left out'),
  setup_timeout: duration.exactOptional(),
  check_timeout: duration.exactOptional(),
  sandbox: z
    .enum(['read-only', 'workspace-write', 'danger-full-access'])
    .exactOptional()
    .describe("Codex's sandbox; workspace-write where left out"),
};

export const tasksSchema = z.strictObject({
  ...shared,
  tasks: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[\w.-]{1,80}$/, 'is no id: up to 80 letters, digits, dots, - and _'),
        prompt: text.exactOptional(),
        prompt_file: text.exactOptional(),
        ...shared,
        files: files.exactOptional().describe('texts by path, written into the copy before the setup'),
        check_files: files
          .exactOptional()
          .describe('texts by path, written just before the check: Codex never sees them'),
      }),
    )
    .min(1, 'holds no task'),
});

export type TasksFile = z.infer<typeof tasksSchema>;

/** The JSON Schema of the file, for the nearest valid key. */
export function tasksJsonSchema(): JsonObject {
  const schema: unknown = z.toJSONSchema(tasksSchema, { io: 'input', unrepresentable: 'any' });
  if (!isJsonObject(schema)) throw new TypeError('the tasks have no JSON Schema');
  return schema;
}
