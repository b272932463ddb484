import { GatewayError } from '../ir/failure.ts';

/** In which a client that cannot ask for it in its body, as Codex cannot, says how many tokens a reply may have. */
export const OUTPUT_LIMIT_HEADER = 'x-plugboard-max-output-tokens';

/** @throws GatewayError invalid-request for what is no number of tokens. */
export function outputLimitOf(headers: { readonly [name: string]: string | undefined }): number | undefined {
  const text = headers[OUTPUT_LIMIT_HEADER];
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new GatewayError({
    kind: 'invalid-request',
    message: `The header ${OUTPUT_LIMIT_HEADER} holds no number of tokens.`,
    mend: 'Send a whole number from 1, or leave it out.',
  });
}
