import type { ProtocolId } from '../ir/protocol-id.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { AdmissionPolicy, Charge } from '../policy/admission.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Affinity } from '../routing/affinity.ts';
import type { Planned } from '../routing/plan.ts';
import type { Needs } from '../routing/work/needs.ts';
import type { Traffic } from '../upstream/traffic.ts';
import type { Transport } from '../upstream/upstream.ts';
import type { DescriptionPort } from './images/describe-images.ts';
import type { TaskJudge } from './judge/task-judge.ts';
import type { RecordParts } from './record.ts';
import type { SearchPort } from './search/search-rounds.ts';
import type { Sessions } from './sessions.ts';
import type { Thoughts } from './thoughts.ts';
import type { SessionShortener } from './tool-results/session-shortener.ts';

/** The parts of the line, chosen in main.
 *  @property plan     over the configuration of this moment: a request keeps the plan that it was given.
 *                     `affinity`: who served the session when it last asked for this.
 *  @property admit    promises a call the money that it may cost, or refuses it.
 *  @property charge   what a request spent that was promised nothing.
 *  @property needs    what a plan for this has to know beside the outline.
 *  @property judge    asks a model about a task, where a route wants that.
 *  @property search   the user's search service, where one is configured.
 *  @property descriptions  the model that describes images for those that take none, where one is configured.
 *  @property shortener  of the outputs of tools, where that is switched on.
 *  @property traffic  what is known of the deployments: hears of every call that goes out, and when it is over.
 *  @property report   hears of a bug of ours, with the request that it hit. */
export type Line = RecordParts & {
  readonly protocols: (id: ProtocolId) => Protocol;
  readonly plan: (query: RouteQuery, affinity: Affinity | undefined) => Planned;
  readonly admit: AdmissionPolicy;
  readonly charge: Charge;
  readonly needs: (query: RouteQuery) => Needs;
  readonly judge: TaskJudge;
  readonly transport: Transport;
  readonly sessions: Sessions;
  readonly thoughts: Thoughts;
  readonly search: () => SearchPort | undefined;
  readonly descriptions: () => DescriptionPort | undefined;
  readonly shortener: () => SessionShortener | undefined;
  readonly traffic: Traffic;
  readonly report: (error: unknown, requestId: string) => void;
};
