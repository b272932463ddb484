import { PROTOCOL_IDS, type ProtocolId } from '../../src/ir/protocol-id.ts';
import { EDGE_CASES } from '../edge-cases/all-cases.ts';
import { DEPLOYMENTS } from './deployments.ts';
import type { Cell } from './feature.ts';
import { type DoorMatrix, fidelityMatrix, type Group } from './matrix.ts';

const NAMES: { readonly [P in ProtocolId]: string } = {
  'openai-responses': 'Responses',
  'openai-chat': 'Chat Completions',
  'anthropic-messages': 'Messages',
  gemini: 'Gemini',
};

/** `docs/fidelity.md`, made from the probes and the edge cases. */
export function fidelityPage(): string {
  const services = PROTOCOL_IDS.map((id) => `${NAMES[id]} at the preset \`${DEPLOYMENTS[id].preset}\``).join(', ');
  return `${[
    '# What becomes of what',
    'Made by `npm run fidelity`, not by hand: each cell is a probe that puts a mark in at one side, runs the codecs and looks for it at the\nother. What was found missing must be explained by a recorded Loss, or the test fails.',
    `Each upstream stands for the service of its own maker: ${services}. What another provider takes less is in\n[its preset](presets.md), and is told as a Loss of the request.`,
    [
      '- *carried*: it arrives.',
      '- *by bytes*: the bytes pass untouched but for the model; only where door and upstream speak the same protocol in full.',
      '- *repaired*: it arrives in another form, and the Loss says how.',
      '- *lost*: it does not arrive, and the Loss says why.',
      '- *here*: nothing has to go there.',
      '- *refused*: the request ends with status 400 and these words.',
      '- *-*: the upstream has no words for it.',
    ].join('\n'),
    ...fidelityMatrix().map(doorSection),
    edgeCaseSection(),
  ].join('\n\n')}\n`;
}

function doorSection({ door, groups }: DoorMatrix): string {
  const notes = new Map<string, number>();
  const tables = groups.filter(({ rows }) => rows.length > 0).map((group) => table(group, notes));
  const lines = [...notes].map(([words, number]) => `${number}. ${words}`);
  return [`## At the door of ${NAMES[door]}`, ...tables, ...(lines.length === 0 ? [] : [lines.join('\n')])].join(
    '\n\n',
  );
}

function table({ name, rows }: Group, notes: Map<string, number>): string {
  const head = `| ${name} | ${PROTOCOL_IDS.map((id) => NAMES[id]).join(' | ')} |`;
  const rule = `|---|${PROTOCOL_IDS.map(() => '---|').join('')}`;
  const lines = rows.map(
    ({ feature, cells }) => `| ${feature} | ${cells.map((cell) => told(cell, notes)).join(' | ')} |`,
  );
  return [head, rule, ...lines].join('\n');
}

function told({ state, words }: Cell, notes: Map<string, number>): string {
  if (state === 'not in this API') return '-';
  if (words === '' || state === 'carried' || state === 'unexplained') return state;
  const number = notes.get(words) ?? notes.size + 1;
  notes.set(words, number);
  return `${state} (${number})`;
}

function edgeCaseSection(): string {
  const row = ({ number, title, outcome }: (typeof EDGE_CASES)[number]): string =>
    `| ${number} | ${title} | ${outcome} |`;
  return [
    '## Known edge cases',
    'What gateways for coding agents learned the hard way, by number, and what other bridges still get wrong, by letter. Each is tried\nthrough a whole gateway with raw bytes: `npm test -- edge-cases`.',
    ['| | case | outcome |', '|---|---|---|', ...EDGE_CASES.map(row)].join('\n'),
  ].join('\n\n');
}
