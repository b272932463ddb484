import type { InferenceEvent } from '../../ir/event.ts';
import type { Failure } from '../../ir/failure.ts';
import type { ProtocolId } from '../../ir/protocol-id.ts';
import type { Message } from '../../ir/request.ts';
import { foldEvents } from '../../ir/response.ts';
import { NO_USAGE, type Usage } from '../../ir/usage.ts';
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
 *  @property count      takes the usage of all rounds together, for the ledger. */
export type SearchRounds = {
  readonly protocol: ProtocolId;
  readonly searches: () => boolean;
  readonly ask: (query: string, signal: AbortSignal) => Promise<SearchAnswer>;
  readonly maxRounds: number;
  readonly goOn: (messages: readonly Message[]) => void;
  readonly show: NonNullable<IngressCodec['showSearch']>;
  readonly count: (usage: Usage) => void;
};

/** The user's search service. @property maxRounds  as in `SearchRounds`. */
export type SearchPort = Pick<SearchRounds, 'ask' | 'maxRounds'>;

export function searchRounds(
  port: SearchPort,
  ingress: IngressCodec,
  protocol: ProtocolId,
  source: Pick<Source, 'searches' | 'goOn'>,
  record: Pick<Recorder, 'events'>,
): SearchRounds {
  return {
    ...port,
    protocol,
    searches: source.searches,
    goOn: source.goOn,
    show: ingress.showSearch ?? (() => []),
    count: (usage) => record.events([{ type: 'usage', usage }]),
  };
}

/** Rounds beyond the limit in which a model may still not have understood that it is to answer. */
const PATIENCE = 2;

type Wanted = { readonly callId: string; input: string };

/** Like `dispatch`, but searches of the model are answered here, and it is asked again within the same reply: the client
 *  sees one reply, whose input is that of its last round, since agents compact by it, and whose output is that of all. Calls that the client must answer end it; searches beside them
 *  go with the reply, so that the next request holds them. */
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
      const answer =
        round > rounds.maxRounds ? LIMIT : query === undefined ? UNREADABLE : await rounds.ask(query, call.signal);
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
    dispatched = await dispatch(transport, { ...call, targets: [target] }, reply.sink);
    if (!dispatched.committed && dispatched.failure !== undefined) reply.fail(dispatched.failure);
  }
  return dispatched.failure !== undefined && reply.isCommitted() ? { ...dispatched, committed: true } : dispatched;
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
  let total: Usage | undefined;
  let last: Usage | undefined;
  let events: InferenceEvent[] = [];
  let wanted: Wanted[] = [];
  let open: Wanted | undefined;
  let calls = false;
  let waits = false;
  let isOver = false;

  const counted = (): readonly InferenceEvent[] => {
    if (total === undefined || last === undefined) return [];
    return [{ type: 'usage', usage: { ...last, output: total.output, reasoning: total.reasoning } }];
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
        total = sum(total ?? NO_USAGE, event.usage);
        last = event.usage;
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
    if (total !== undefined) count(total);
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
        if (total !== undefined) count(total);
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

function sum(one: Usage, other: Usage): Usage {
  return {
    freshInput: one.freshInput + other.freshInput,
    cacheRead: one.cacheRead + other.cacheRead,
    cacheWrite: one.cacheWrite + other.cacheWrite,
    output: one.output + other.output,
    reasoning: one.reasoning + other.reasoning,
  };
}
