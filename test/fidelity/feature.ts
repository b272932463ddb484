import type { JsonObject } from '../../src/ir/json.ts';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';

/** What a probe puts in on one side and looks for on the other. */
export const MARK = 'zebra7';

/** Something that a client can ask, in the words of each door that has any for it.
 *  @property asks     members of the body, put over those of a plain request. A door without words leaves it out.
 *  @property arrived  how it shows in the body that goes upstream; left out: it holds the mark.
 *  @property here     why nothing of it has to go there: the gateway does it itself, or it is a mark that means nothing
 *                     there. */
export type RequestFeature = {
  readonly name: string;
  readonly asks: { readonly [P in ProtocolId]?: JsonObject };
  readonly arrived?: RegExp | { readonly [P in ProtocolId]?: RegExp };
  readonly here?: { readonly [P in ProtocolId]?: string };
};

/** Something that a provider can say.
 *  @property says     the bytes of its reply. A protocol without words leaves it out.
 *  @property status   of a refusal before any stream. @property headers  beside it.
 *  @property arrived  how it shows in what the client gets; left out: it holds the mark. */
export type ReplyFeature = {
  readonly name: string;
  readonly says: { readonly [P in ProtocolId]?: string };
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  readonly unary?: boolean;
  readonly arrived?: RegExp | { readonly [P in ProtocolId]?: RegExp };
};

/** What becomes of a feature between one door and one upstream. @property words  how, or why. */
export type Cell = {
  readonly state: 'carried' | 'by bytes' | 'repaired' | 'lost' | 'refused' | 'here' | 'not in this API' | 'unexplained';
  readonly words: string;
};

/** How a feature shows at one side. */
export function signOf(arrived: RequestFeature['arrived'], protocol: ProtocolId): RegExp {
  if (arrived instanceof RegExp) return arrived;
  return arrived?.[protocol] ?? new RegExp(MARK);
}
