import type { InferenceEvent } from '../../ir/event.ts';
import type { Failure } from '../../ir/failure.ts';
import { isNonEmpty, type NonEmpty } from '../../ir/non-empty.ts';
import type { ProtocolId } from '../../ir/protocol-id.ts';
import type { Message } from '../../ir/request.ts';
import { foldEvents } from '../../ir/response.ts';
import { addUsage, type Usage } from '../../ir/usage.ts';
import type { IngressCodec } from '../../protocols/protocol.ts';
import type { Target } from '../../providers/provider.ts';
import type { ReplySink } from '../../upstream/call.ts';
import { type DispatchCall, type Dispatched, dispatch } from '../../upstream/dispatch.ts';
import type { SearchAnswer } from '../../upstream/search/ask-search.ts';
import type { Transport } from '../../upstream/upstream.ts';
import type { Recorder } from '../record.ts';
import type { Source } from '../source.ts';
import { type MadeSearch, searchResult, searchState } from './search-history.ts';
import { queryIn, SEARCH_TOOL } from './search-tool.ts';
import { searchWords } from './search-words.ts';

/** @property searches   has the request that this target was sent our search among its tools?
 *  @property ask        the user's service.
 *  @property maxRounds  after so many the model is told to answer with what it has.
 *  @property goOn       appends to the conversation for the next round.
 *  @property show       how the client sees a search.
 *  @property count      takes the usage of each round so far, for the ledger. */
export type SearchRounds = {
  readonly protocol: ProtocolId;
  readonly searches: () => boolean;
  readonly ask: (query: string, signal: AbortSignal) => Promise<SearchAnswer>;
  readonly maxRounds: number;
  readonly goOn: (messages: readonly Message[]) => void;
  readonly show: NonNullable<IngressCodec['showSearch']>;
  readonly count: (rounds: NonEmpty<Usage>) => void;
};

/** The user's search service. @property maxRounds  as in `SearchRounds`. */
export type SearchPort = Pick<SearchRounds, 'ask' | 'maxRounds'>;

export function searchRounds(
  port: SearchPort,
  ingress: IngressCodec,
  protocol: ProtocolId,
  source: Pick<Source, 'searches' | 'goOn'>,
  record: Pick<Recorder, 'rounds'>,
): SearchRounds {
  return {
    ...port,
    protocol,
    searches: source.searches,
    goOn: source.goOn,
    show: ingress.showSearch ?? (() => []),
    count: record.rounds,
  };
}

/** Rounds beyond the limit in which a model may still not have understood that it is to answer. */
const PATIENCE = 2;
/** Searches of one round that are made; services bill each. */
const MAX_AT_ONCE = 8;

type Wanted = { readonly callId: string; input: string };

/** Like `dispatch`, but searches of the model are answered here, and it is asked again within the same reply: the client
 *  sees one reply, whose input is that of its last round, since agents compact by it, and whose output is that of all.
 *  Calls that the client must answer end it; searches beside them go with the reply, so that the next request holds
 *  them. */
export async function dispatchSearching(
  transport: Transport,
  call: DispatchCall,
  sink: ReplySink,
  rounds: SearchRounds,
): Promise<Dispatched> {
  const reply = searchingSink(sink, rounds);
  let dispatched = await dispatch(transport, call, reply.sink);
  for (let round = 1; dispatched.committed; round += 1) {
    const asked = reply.takeRound();
    if (asked === undefined) return dispatched;
    const { wanted, calls, parts, target } = asked;
    const goesOn = !calls && round < rounds.maxRounds + PATIENCE;
    const made: MadeSearch[] = [];
    for (const [index, { callId, input }] of wanted.entries()) {
      const query = queryIn(input);
      const isEnough = round > rounds.maxRounds || index >= MAX_AT_ONCE;
      const answer = isEnough ? LIMIT : query === undefined ? UNREADABLE : await rounds.ask(query, call.signal);
      const closes = goesOn && index === wanted.length - 1;
      const search: MadeSearch = { callId, input, result: searchWords(answer), closes };
      made.push(search);
      reply.tell([
        ...rounds.show({ id: callId, query: query ?? '', sources: answer.ok ? answer.results : [] }),
        ...searchState(search, rounds.protocol),
      ]);
    }
    if (!goesOn) {
      reply.finish(calls ? 'tool-calls' : 'stop');
      return dispatched;
    }
    rounds.goOn([
      { role: 'assistant', parts },
      { role: 'tool', parts: made.map(searchResult) },
    ]);
    dispatched = await dispatch(transport, onwards(call, target), reply.sink);
    if (!dispatched.committed && dispatched.failure !== undefined) reply.fail(dispatched.failure);
  }
  return dispatched.failure !== undefined && reply.isCommitted() ? { ...dispatched, committed: true } : dispatched;
}

/** The reply has begun: it goes on with who began it, and waits behind nobody. */
function onwards({ replan: _, ...call }: DispatchCall, target: Target): DispatchCall {
  return { ...call, targets: [target], ahead: true };
}

const LIMIT: SearchAnswer = { ok: false, why: 'You have searched often enough.' };
const UNREADABLE: SearchAnswer = { ok: false, why: 'Its arguments name no "query".' };

type Round = {
  readonly wanted: readonly Wanted[];
  /** The client has calls to answer too. */
  readonly calls: boolean;
  readonly parts: Message['parts'];
  readonly target: Target;
};

function searchingSink(sink: ReplySink, { searches, count }: SearchRounds) {
  let target: Target | undefined;
  let watches = false;
  /** Of the rounds that ended, and what the one that runs has told so far. */
  let ended: readonly Usage[] = [];
  let running: Usage | undefined;
  let events: InferenceEvent[] = [];
  let wanted: Wanted[] = [];
  let open: Wanted | undefined;
  let calls = false;
  let waits = false;
  let isOver = false;

  const each = (): readonly Usage[] => (running === undefined ? ended : [...ended, running]);
  const counted = (): readonly InferenceEvent[] => {
    const usages = each();
    const last = usages.at(-1);
    if (last === undefined) return [];
    const { output, reasoning } = usages.reduce(addUsage);
    return [{ type: 'usage', usage: { ...last, output, reasoning } }];
  };

  const tellCounts = (): void => {
    const usages = each();
    if (isNonEmpty(usages)) count(usages);
  };

  const step = (event: InferenceEvent): readonly InferenceEvent[] => {
    events.push(event);
    switch (event.type) {
      case 'tool-call-start':
        if (event.kind === 'function' && event.name.namespace === undefined && event.name.name === SEARCH_TOOL) {
          open = { callId: event.callId, input: '' };
          return [];
        }
        calls = true;
        return [event];
      case 'tool-call-delta':
        if (open === undefined) return [event];
        open.input += event.input;
        return [];
      case 'tool-call-end':
        if (open === undefined) return [event];
        wanted.push(open);
        open = undefined;
        return [];
      case 'usage':
        running = event.usage;
        return [];
      case 'finish':
        waits = wanted.length > 0 && (event.reason === 'stop' || event.reason === 'tool-calls');
        return waits ? [] : [...counted(), event];
      case 'error':
        return [...counted(), event];
      default:
        return [event];
    }
  };

  const tell = (told: readonly InferenceEvent[]): void => {
    if (told.length > 0) sink.chunk(null, told, () => {});
  };
  const over = (end: InferenceEvent): void => {
    tell([...counted(), end]);
    isOver = true;
    tellCounts();
    sink.end();
  };

  return {
    sink: {
      commit: (committed, attempts, bytes) => {
        if (target === undefined) sink.commit(committed, attempts, bytes);
        target = committed;
        watches = !bytes && searches();
      },
      chunk: (bytes, more, resume) => {
        if (!watches) return sink.chunk(bytes, more, resume);
        const told = more.flatMap(step);
        return told.length === 0 ? true : sink.chunk(null, told, resume);
      },
      end: () => {
        if (waits || isOver) return;
        tellCounts();
        sink.end();
      },
    } satisfies ReplySink,
    tell,
    isCommitted: () => target !== undefined,
    finish: (reason: 'stop' | 'tool-calls') => over({ type: 'finish', reason }),
    fail: (failure: Failure) => over({ type: 'error', failure }),
    /** The searches of the round that has just ended; undefined where it was the last. */
    takeRound: (): Round | undefined => {
      if (!waits || target === undefined) return undefined;
      // Counted now too: the client may leave before the reply ends.
      tellCounts();
      ended = each();
      running = undefined;
      const folded = foldEvents(events);
      const round = { wanted, calls, parts: folded.ok ? folded.response.parts : [], target };
      events = [];
      wanted = [];
      calls = false;
      waits = false;
      return round;
    },
  };
}
