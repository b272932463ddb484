import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'smol-toml';
import { giveText } from './give.ts';
import { isMarked } from './marks.ts';
import { type TakeoverFacts, takeText } from './take.ts';

const facts: TakeoverFacts = {
  model: 'codex-default',
  entry: {
    baseUrl: 'http://127.0.0.1:38440/v1',
    auth: { kind: 'command', command: '/usr/bin/node', args: ['/opt/plugboard.js', 'token', '--start'] },
  },
};
const take = (text: string): string => takeText(text, facts, 'config.toml');
const give = (text: string, original?: string): string => giveText(text, 'config.toml', original);

const shapes: Readonly<Record<string, string>> = {
  empty: '',
  'blank lines': '\n\n',
  'keys and tables': '# mine\nmodel = "gpt-5.5" # good\nmodel_provider = "openai"\n\n[features]\nweb = true\n',
  CRLF: 'model = "a"\r\napproval_policy = "never"\r\n\r\n[tui]\r\nx = 1\r\n',
  'CRLF without keys': '[tui]\r\nx = 1\r\n',
  'byte order mark': '\uFEFFmodel = "a"\n[x]\ny = 1\n',
  'own provider': 'model_provider = "gw"\n[model_providers.gw]\nname = "G"\nbase_url = "http://x/v1"\n',
  'providers as a table': '[model_providers]\ngw = { name = "G" }\nother.name = "O"\n[z]\n',
  'providers inline': 'model_providers = { gw = { name = "G", base_url = "http://x" } } # mine\nmodel = "q"\n[z]\n',
  'providers inline, empty': 'model_providers = {}\n',
  'providers inline, spaced': 'model_providers = { }\n',
  'dotted keys': 'model_providers.gw.name = "G"\nmodel_providers.gw.base_url = "http://x"\nmodel = "q"\n',
  'quoted keys': '"model" = "q"\n\'model_provider\' = "gw"\n["model_providers"."gw"]\n"name" = "G"\n',
  'foreign entry': 'model = "q"\n[model_providers.plugboard]\nname = "Old"\n# mine too\nenv_key = "K"\n\n[z]\na = 1\n',
  'foreign entry with sub-tables':
    '[model_providers.plugboard]\nname = "Old"\n[model_providers.plugboard.http_headers]\na = "b"\n[z]\na = 1\n',
  'foreign entry, quoted': '[model_providers."plugboard"]\nname = "Old"\n',
  'foreign entry, dotted': 'model_providers.plugboard.name = "Old"\nmodel_providers.gw.name = "G"\n',
  'foreign entry, inline': 'model_providers = { gw = { name = "G" }, plugboard = { name = "Old" } }\n',
  'foreign entry under its header': '[model_providers]\nplugboard = { name = "Old" }\ngw = { name = "G" }\n',
  'arrays of tables': '[[hooks]]\na = 1\n[[hooks]]\na = 2\n[[hooks.sub]]\nb = [\n  1, # one\n  2,\n]\n',
  'text that looks like headers':
    'model = """\n[model_providers.plugboard]\nmodel = "no"\n"""\nnotes = \'\'\'\nmodel = "x"\n[y]\n\'\'\'\n[z]\nq = """a\\"""b"""\n',
  'catalogue file': 'model_catalog_json = "mine.json"\nmodel = "q"\n',
  'no line end, a comment': 'model = "q"\n[z]\na = 1\n# end',
  'no line end, a key': 'model = "q"',
  'no line end, CRLF': '[z]\r\na = 1\r\nb = 2',
  'dates and numbers': 'a = 1979-05-27 07:32:00\nb = [inf, nan, 0x1F, 1_000, 9007199254740993]\nc = 07:32:00 # x\n',
};

for (const [name, text] of Object.entries(shapes)) {
  test(`taken and given back: ${name}`, () => {
    const taken = take(text);
    const after = parse(taken.replace('\uFEFF', ''), { integersAsBigInt: 'asNeeded' });
    assert.equal(after['model'], 'codex-default');
    assert.equal(after['model_provider'], 'plugboard');
    assert.equal(after['model_catalog_json'], undefined);
    assert.ok(isMarked(taken));
    assert.equal(give(taken), text);
    if (text.includes('\r\n')) assert.doesNotMatch(taken, /[^\r]\n/);
  });
}

test('what is written behind our table keeps its line, where the file had no line end', () => {
  assert.equal(give(`${take('# end')}[z]\na = 1\n`), '# end\n[z]\na = 1\n');
});
