import fc from 'fast-check';
import { parse } from 'smol-toml';

/** Codex configurations as people write them: comments, odd layout, every way to say `model_providers`. Each value is
 *  valid TOML. */
export function configToml(): fc.Arbitrary<string> {
  return fc
    .record({
      roots: fc.uniqueArray(rootLine, { maxLength: 5, selector: (line) => line.key }),
      providers: fc.constantFrom(...PROVIDERS),
      tables: fc.uniqueArray(fc.constantFrom(...TABLES), { maxLength: 4 }),
      last: fc.boolean(),
      eol: fc.constantFrom('\n', '\r\n'),
      mark: fc.constantFrom('', '\uFEFF'),
      end: fc.boolean(),
      gap: fc.constantFrom('', '\n', '\n\n', '# a comment\n', '  \t\n'),
    })
    .map(({ roots, providers, tables, last, eol, mark, end, gap }) => {
      const sections = last ? [...tables, providers.table] : [providers.table, ...tables];
      const parts = [...roots.map((line) => line.text), providers.root, ...sections].filter((part) => part !== '');
      const text = parts.join(gap);
      return mark + (end ? text : text.trimEnd()).replaceAll('\n', eol);
    })
    .filter(isToml);
}

function isToml(text: string): boolean {
  try {
    parse(text.replace('\uFEFF', ''));
    return true;
  } catch {
    return false;
  }
}

const rootLine = fc.constantFrom(
  { key: 'model', text: 'model = "gpt-5.5"\n' },
  { key: 'model', text: "  'model'='x' # mine\n" },
  { key: 'model', text: 'model = """\n[model_providers.plugboard]\nmodel_provider = "plugboard"\n"""\n' },
  { key: 'model_provider', text: 'model_provider = "gw"\n' },
  { key: 'model_provider', text: '"model_provider"\t=\t"openai"\n' },
  { key: 'model_provider', text: 'model_provider = "plugboard" # by hand\n' },
  { key: 'model_catalog_json', text: 'model_catalog_json = "mine.json"\n' },
  { key: 'approval_policy', text: 'approval_policy = "never"\n' },
  { key: 'notify', text: 'notify = [ # run\n  "a", "[x]",\n  "b" ]\n' },
  { key: 'note', text: "note = '''\n# plugboard\nmodel = 1\n'''\n" },
  { key: 'profile', text: 'profile = "work"\n' },
  { key: 'empty', text: '""= 1\n' },
  { key: 'date', text: 'when = 1979-05-27 07:32:00Z\n' },
);

const PROVIDERS = [
  { root: '', table: '' },
  { root: '', table: '[model_providers.gw]\nname = "G" # x\n' },
  { root: '', table: '[model_providers]\ngw = { name = "G" }\nz.name = "Z"\n' },
  { root: 'model_providers = { gw = { name = "G" } } # all\n', table: '' },
  { root: 'model_providers = {}\n', table: '' },
  { root: 'model_providers = { gw = { name = "G" }, plugboard = { name = "old" } }\n', table: '' },
  { root: 'model_providers = {plugboard={name="old"}}\n', table: '' },
  { root: 'model_providers.gw.name = "G"\n', table: '' },
  { root: 'model_providers.gw = { name = "G" }\nmodel_providers.plugboard.name = "old"\n', table: '' },
  { root: '', table: '[model_providers.plugboard]\nname = "old"\n# why\nenv_key = "K"\n' },
  {
    root: '',
    table: '[model_providers."plugboard".http_headers]\na = "b"\n\n[model_providers.plugboard]\nname = "o"\n',
  },
  { root: '', table: '[model_providers]\nplugboard = { name = "old" }\ngw.name = "G"\n' },
];

const TABLES = [
  '[features]\nweb = true\nmodel = "not mine"\n',
  '[[hooks]]\na = 1\n[[hooks]]\na = [\n1, # one\n]\n[hooks.sub]\nb = 2\n',
  '[projects."/home/me/[x]"]\ntrust_level = "trusted"\n',
  '[ profiles . work ]\nmodel = "q"\nmodel_provider = "gw"\n',
  '[mcp_servers.\'a.b\']\ncommand = "x"\nenv = { API_KEY = "k", B = \'#\' }\n',
  '# only words\n',
];
