import { isJsonObject, parseJson } from '../../ir/json.ts';
import { natural } from '../../ir/usage.ts';

/** Reads from the events of `codex exec --json` how many tokens it was told that its model wrote. Receipts take theirs from
 *  the ledger; this only tells when the ledger has them all. */
export function codexOutputTokens(): { readonly push: (text: string) => void; readonly total: () => number } {
  let rest = '';
  let total = 0;
  return {
    push: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (!line.includes('"turn.completed"')) continue;
        const event = parseJson(line);
        if (!isJsonObject(event) || event['type'] !== 'turn.completed') continue;
        const { usage } = event;
        if (isJsonObject(usage)) total += natural(usage['output_tokens']);
      }
    },
    total: () => total,
  };
}
