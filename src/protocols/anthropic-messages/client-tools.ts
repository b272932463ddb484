import type { JsonObject } from '../../ir/json.ts';

/** Tools that the client runs and whose declaration the API spares it, since its own models know them. Others are told
 *  what the API's pages say of their input.
 *  @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/bash-tool
 *  @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/text-editor-tool
 *  @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/memory-tool */
export type ClientToolForm = { readonly description: string; readonly parameters: JsonObject };

const text = (description: string): JsonObject => ({ type: 'string', description });
const range = {
  type: 'array',
  items: { type: 'integer' },
  description: 'For `view` of a file: the first and the last line, counted from 1; -1 is the end.',
};

const BASH: ClientToolForm = {
  description: 'Runs a command in a bash session that lives on between calls.',
  parameters: {
    type: 'object',
    properties: {
      command: text('The command. Needed unless the session is restarted.'),
      restart: { type: 'boolean', description: 'Starts a new session.' },
    },
  },
};

function editor(description: string, commands: readonly string[], more: JsonObject): ClientToolForm {
  return {
    description,
    parameters: {
      type: 'object',
      properties: {
        command: { type: 'string', enum: commands, description: 'What to do.' },
        path: text('The file or directory.'),
        view_range: range,
        file_text: text('For `create`: the whole content of the file.'),
        old_str: text('For `str_replace`: the text to replace, which stands exactly once in the file.'),
        new_str: text('For `str_replace`: what comes in its place.'),
        insert_line: {
          type: 'integer',
          description: 'For `insert`: the line after which the text goes; 0 is the top.',
        },
        ...more,
      },
      required: ['command'],
    },
  };
}

const EDITING = ['view', 'create', 'str_replace', 'insert'];
const INSERTED = text('For `insert`: the text.');
const EDITOR = 'Shows, creates and edits files.';

const FORMS: readonly (readonly [RegExp, ClientToolForm])[] = [
  [/^bash_\d+$/, BASH],
  [/^text_editor_(20241022|20250124)$/, editor(EDITOR, [...EDITING, 'undo_edit'], { new_str: text('The new text.') })],
  [/^text_editor_20250429$/, editor(EDITOR, EDITING, { new_str: text('The new text.') })],
  [/^text_editor_\d+$/, editor(EDITOR, EDITING, { insert_text: INSERTED })],
  [
    /^memory_\d+$/,
    editor('Keeps notes between conversations, as files under /memories.', [...EDITING, 'delete', 'rename'], {
      insert_text: INSERTED,
      old_path: text('For `rename`: the file or directory.'),
      new_path: text('For `rename`: its new place.'),
    }),
  ],
];

export function clientToolForm(type: string): ClientToolForm | undefined {
  return FORMS.find(([pattern]) => pattern.test(type))?.[1];
}
