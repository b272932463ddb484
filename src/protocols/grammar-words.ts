import type { JsonObject } from '../ir/json.ts';
import type { ToolDefinition } from '../ir/request.ts';

/** The one argument under which a freeform tool's text travels where a protocol only knows functions. */
export const FREEFORM_ARGUMENT = 'input';

export const FREEFORM_PARAMETERS: JsonObject = {
  type: 'object',
  properties: {
    [FREEFORM_ARGUMENT]: {
      type: 'string',
      description: 'The whole text for this tool, exactly as its description says.',
    },
  },
  required: [FREEFORM_ARGUMENT],
  additionalProperties: false,
};

/** What a model must be told of a freeform tool that is offered as a function: its own description, how the text is
 *  handed over, and its grammar, word for word. */
export function freeformDescription(tool: Extract<ToolDefinition, { readonly kind: 'custom' }>): string {
  const paragraphs = [
    tool.description ?? '',
    `Call it as a function: put the raw text into the string argument "${FREEFORM_ARGUMENT}", complete and with real line breaks, without a Markdown fence or any wrapping of its own.`,
  ];
  if (tool.grammar !== undefined) {
    paragraphs.push(`${grammarSentence(tool.grammar.syntax)}\n\n${tool.grammar.definition}`);
  }
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}

function grammarSentence(syntax: string): string {
  switch (syntax) {
    case 'lark':
      return `The text in "${FREEFORM_ARGUMENT}" must match this Lark grammar from its rule "start" on; LF stands for a line break, and anything that the grammar does not derive is refused:`;
    case 'regex':
      return `The whole text in "${FREEFORM_ARGUMENT}" must match this regular expression:`;
    default:
      return `The text in "${FREEFORM_ARGUMENT}" must match this grammar (${syntax}):`;
  }
}
