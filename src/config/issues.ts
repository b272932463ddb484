/** One thing that is wrong with the configuration.
 *  @property line     counted from 1, as `column`; both absent where it stands in no file, as with a variable.
 *  @property path     dotted, as in `providers.work.base_url`; `` for the file itself.
 *  @property message  what is wrong; never holds a key.
 *  @property mend     what to write or run instead. */
export type ConfigIssue = {
  readonly line?: number;
  readonly column?: number;
  readonly path: string;
  readonly message: string;
  readonly mend: string;
};

/** The configuration was refused. Every issue that was found, in the order of the file. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly file: string;
  readonly issues: readonly ConfigIssue[];

  constructor(file: string, issues: readonly ConfigIssue[]) {
    super(issues.map((issue) => issueText(file, issue)).join('\n'));
    this.file = file;
    this.issues = issues;
  }
}

/** `config.yaml:3:5: providers.work: unknown key "modle". Did you mean "model"?` */
export function issueText(file: string, issue: ConfigIssue): string {
  const where = issue.line === undefined ? '' : `${file}:${issue.line}:${issue.column ?? 1}: `;
  const what = issue.path === '' ? issue.message : `${issue.path}: ${issue.message}`;
  return `${where}${what} ${issue.mend}`.trimEnd();
}

/** @param path  as zod and yaml give it: keys and indexes. */
export function dotted(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** `Did you mean "x"?`, else the whole choice where it is short enough to read. */
export function suggestion(meant: string | undefined, choice: readonly string[]): string {
  if (meant !== undefined) return `Did you mean "${meant}"?`;
  if (choice.length === 0) return '';
  const shown = choice.slice(0, 30).join(', ');
  return `Known here: ${shown}${choice.length > 30 ? ', ...' : ''}.`;
}

/** A name that points nowhere, that stands for two things, or that does not belong where it is. */
export type BadReference = {
  readonly path: readonly (string | number)[];
  readonly part: 'key' | 'value';
  readonly message: string;
  readonly mend: string;
};
