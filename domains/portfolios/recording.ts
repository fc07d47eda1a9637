/**
 * Recording: the one way into the ledger. A batch is checked whole and written whole, inside the caller's transaction,
 * with the portfolio locked: known facts are skipped by their key, everything else fits or the batch is refused with
 * every problem named by row.
 */
import { addDays, assert, dateInZone, type LocalDate, localDate, ok, refuse, type Result } from '#kernel';
import { recordManualPrices, resolveInstruments, watchInstruments, type ManualPrice } from '#markets';
import type { Transaction } from '#platform/db';
import { accountCurrencyOf } from './account-currency.ts';
import type { StoredEventInput } from './event-row.ts';
import { checkLedgerEvent, type LedgerEvent } from './ledger-event-check.ts';
import type { InstrumentDraft, LedgerEventDraft } from './ledger-event.ts';
import { type RecordingPlatform, writeEvents } from './ledger-writing.ts';
import { findKeys } from './ledger.store.ts';
import type { PortfolioScope } from './portfolio-reach.store.ts';
import { type Account, insertAccount, listAccounts, lockPortfolio, type Portfolio } from './portfolio.store.ts';
import { withLotOpeners } from './named-lot-openers.ts';
import { bookEventOf } from './posting.ts';
import { type RecordProblem, rowOf } from './record-problem.ts';
import { fitInputs } from './recording-fit.ts';

export interface RecordRequest extends PortfolioScope {
  /** The import these events belong to; null when a person records one. */
  readonly importId: string | null;
  readonly userId: string | null;
  readonly events: readonly LedgerEventDraft[];
}

export interface RecordedEvents {
  /** Ids of the new events in the order given; a known fact has none. */
  readonly eventIds: readonly string[];
  readonly recorded: number;
  readonly alreadyKnown: number;
}

export type { RecordProblem } from './record-problem.ts';

export type RecordRefusal = 'portfolio_not_found' | 'events_refused';

const EVENTS_MAX = 200_000; // One import; a longer history comes in several files.
const PROBLEMS_SHOWN_MAX = 200; // A person fixes the first ones and tries again.
const DAYS_AHEAD_MAX = 1; // It may already be tomorrow where the operation took place.
const FIRST_DAY = localDate('1900-01-01'); // Older than any operation somebody still keeps.

/** Records the events that are not known yet. Refuses the whole batch, naming every row, when one does not fit. */
export async function recordEvents(
  platform: RecordingPlatform,
  tx: Transaction,
  request: RecordRequest,
): Promise<Result<RecordedEvents, RecordRefusal>> {
  const portfolio = await lockPortfolio(tx, request);
  if (!portfolio) return refuse('portfolio_not_found', { portfolioId: request.portfolioId });
  if (request.events.length > EVENTS_MAX) return refuseEvents([tooMany(request)]);
  const checked = checkDrafts(platform, request.events);
  if (!checked.ok) return checked;
  const fresh = await leaveOutKnown(tx, portfolio, checked.value);
  const known = request.events.length - fresh.length;
  if (fresh.length === 0) return ok({ eventIds: [], recorded: 0, alreadyKnown: known });

  const accounts = await requireAccounts(platform, tx, { portfolio, fresh });
  const instruments = await resolveAll(platform, tx, { portfolio, fresh });
  if (!instruments.ok) return instruments;
  const written = fresh.map((entry, index) =>
    storedInput(entry, {
      id: platform.newId(),
      sequence: portfolio.lastSequence + 1 + index,
      account: accounts.get(accountKey(entry.event.accountName)),
      instrumentId: instruments.value.get(draftKey(entry.event.instrument)) ?? null,
      toInstrumentId: instruments.value.get(draftKey(entry.event.toInstrument)) ?? null,
      importId: request.importId,
    }),
  );
  const { inputs: wished, problems: unopened } = await withLotOpeners(tx, portfolio.id, written);
  if (unopened.length > 0) return refuseEvents(unopened);
  const { inputs, problems: misfits } = await fitInputs(tx, portfolio, wished);
  const problems = [...accountProblems(fresh, accounts), ...conversionProblems(inputs), ...misfits];
  if (problems.length > 0) return refuseEvents(problems);

  const prices = await recordPrices(platform, tx, { portfolio, fresh, inputs });
  if (!prices.ok) return prices;
  await writeEvents(platform, tx, { portfolio, inputs, userId: request.userId, liveEventDelta: inputs.length });
  await watchHeld(tx, portfolio, inputs);
  return ok({ eventIds: inputs.map((input) => input.bookEvent.id), recorded: inputs.length, alreadyKnown: known });
}

interface FreshEvent {
  readonly event: LedgerEvent;
  readonly keyRound: number;
}

function refuseEvents(problems: readonly RecordProblem[]): ReturnType<typeof refuse<'events_refused'>> {
  return refuse('events_refused', {
    message: 'Nothing was recorded: correct the rows named in `problems` and send them again.',
    problemCount: problems.length,
    problems: problems.slice(0, PROBLEMS_SHOWN_MAX),
  });
}

function tooMany(request: RecordRequest): RecordProblem {
  return { code: 'events_too_many', field: '', sheet: '', row: 0, eventsMax: EVENTS_MAX, count: request.events.length };
}

function checkDrafts(
  platform: RecordingPlatform,
  drafts: readonly LedgerEventDraft[],
): Result<LedgerEvent[], 'events_refused'> {
  const lastDay = addDays(dateInZone(platform.clock(), 'UTC'), DAYS_AHEAD_MAX);
  const events: LedgerEvent[] = [];
  const problems: RecordProblem[] = [];
  for (const draft of drafts) {
    const checked = checkLedgerEvent(draft);
    if (!checked.ok) problems.push({ ...rowOf(draft), field: '', ...checked.details, code: checked.code });
    else if (draft.date > lastDay)
      problems.push({ ...rowOf(draft), code: 'date_in_future', field: 'date', date: draft.date });
    else if (draft.date < FIRST_DAY)
      problems.push({ ...rowOf(draft), code: 'date_too_old', field: 'date', date: draft.date });
    else events.push(checked.value);
  }
  return problems.length > 0 ? refuseEvents(problems) : ok(events);
}

async function leaveOutKnown(
  tx: Transaction,
  portfolio: Portfolio,
  events: readonly LedgerEvent[],
): Promise<FreshEvent[]> {
  const keys = await findKeys(
    tx,
    portfolio.id,
    events.map((event) => event.idempotencyKey),
  );
  const seen = new Set<string>();
  const fresh: FreshEvent[] = [];
  for (const event of events) {
    const key = keys.get(event.idempotencyKey);
    if (key?.isLive || seen.has(event.idempotencyKey)) continue;
    seen.add(event.idempotencyKey);
    fresh.push({ event, keyRound: key?.nextRound ?? 0 });
  }
  return fresh;
}

function accountKey(name: string): string {
  return name.toLowerCase();
}

async function requireAccounts(
  platform: RecordingPlatform,
  tx: Transaction,
  { portfolio, fresh }: { readonly portfolio: Portfolio; readonly fresh: readonly FreshEvent[] },
): Promise<Map<string, Account>> {
  const accounts = new Map(
    (await listAccounts(tx, portfolio.id)).map((account) => [accountKey(account.name), account]),
  );
  const groups = Map.groupBy(fresh, ({ event }) => accountKey(event.accountName));
  for (const [key, entries] of groups) {
    const [first] = entries;
    if (accounts.has(key) || !first) continue;
    const currency = accountCurrencyOf(
      entries.map(({ event }) => event),
      portfolio.baseCurrency,
    );
    const account = { id: platform.newId(), name: first.event.accountName, currency };
    const scope = { workspaceId: portfolio.workspaceId, portfolioId: portfolio.id, createdAtMs: platform.clock() };
    await insertAccount(tx, { ...account, ...scope });
    accounts.set(key, account);
  }
  return accounts;
}

/** Ids of every instrument named, as what is traded or as a target, by `draftKey`. */
async function resolveAll(
  platform: RecordingPlatform,
  tx: Transaction,
  { portfolio, fresh }: { readonly portfolio: Portfolio; readonly fresh: readonly FreshEvent[] },
): Promise<Result<Map<string, string>, 'events_refused'>> {
  const named = new Map<
    string,
    { readonly draft: InstrumentDraft; readonly event: LedgerEvent; readonly field: string }
  >();
  for (const { event } of fresh) {
    for (const [field, draft] of [
      ['instrument', event.instrument],
      ['to', event.toInstrument],
    ] as const) {
      if (draft && !named.has(draftKey(draft))) named.set(draftKey(draft), { draft, event, field });
    }
  }
  const firsts = [...named.values()];
  const drafts = firsts.map(({ draft }) => draft);
  const context = { workspaceId: portfolio.workspaceId, newId: platform.newId, atMs: platform.clock() };
  const resolved = await resolveInstruments(tx, context, drafts);
  if (!resolved.ok) {
    const at = firsts[Number(resolved.details['draftIndex'] ?? 0)];
    const row = at ? rowOf(at.event) : { sheet: '', row: 0 };
    return refuseEvents([{ ...resolved.details, ...row, code: resolved.code, field: at?.field ?? 'instrument' }]);
  }
  const ids = new Map<string, string>();
  for (const [index, key] of [...named.keys()].entries()) {
    const instrumentId = resolved.value[index]?.instrumentId;
    assert(instrumentId, 'recording: every draft has its instrument');
    ids.set(key, instrumentId);
  }
  return ok(ids);
}

function draftKey(draft: InstrumentDraft | null): string {
  return draft ? JSON.stringify([draft.kind, draft.symbol, draft.isin, draft.name, draft.currency]) : '';
}

function storedInput(
  { event, keyRound }: FreshEvent,
  facts: {
    readonly id: string;
    readonly sequence: number;
    readonly account: Account | undefined;
    readonly instrumentId: string | null;
    readonly toInstrumentId: string | null;
    readonly importId: string | null;
  },
): StoredEventInput {
  const { id, sequence, account, instrumentId, toInstrumentId, importId } = facts;
  assert(account, 'recording: every event has its account');
  const { id: accountId, currency: accountCurrency } = account;
  const resolved = { id, sequence, accountId, accountCurrency, instrumentId, toInstrumentId };
  const { note, idempotencyKey, source } = event;
  return {
    bookEvent: bookEventOf(event, resolved),
    note,
    idempotencyKey,
    keyRound,
    source,
    importId,
    reverses: null,
  };
}

/** An account keeps one currency: a file that says another one speaks of another account. */
function accountProblems(fresh: readonly FreshEvent[], accounts: ReadonlyMap<string, Account>): RecordProblem[] {
  return fresh.flatMap(({ event }) => {
    const account = accounts.get(accountKey(event.accountName));
    if (!account || event.accountCurrency === null || event.accountCurrency === account.currency) return [];
    const advice = `The account ${account.name} is kept in ${account.currency}: give these rows another account.`;
    return [{ code: 'account_currency_differs', field: 'account', ...rowOf(event), advice }];
  });
}

/** A rate on an operation that needs no conversion contradicts itself; guessing which side is wrong would bend a figure. */
function conversionProblems(inputs: readonly StoredEventInput[]): RecordProblem[] {
  return inputs
    .filter(
      ({ bookEvent: event }) => event.fx && event.currency === event.accountCurrency && event.fx.toString() !== '1',
    )
    .map((input) => ({
      code: 'fx_not_expected',
      field: 'fx',
      ...rowOf(input),
      accountCurrency: input.bookEvent.accountCurrency,
      advice: 'The operation is already in the currency of its account: leave the exchange rate empty.',
    }));
}

async function recordPrices(
  platform: RecordingPlatform,
  tx: Transaction,
  batch: {
    readonly portfolio: Portfolio;
    readonly fresh: readonly FreshEvent[];
    readonly inputs: readonly StoredEventInput[];
  },
): Promise<Result<null, 'events_refused'>> {
  const prices: ManualPrice[] = [];
  const events: LedgerEvent[] = [];
  for (const [index, { event }] of batch.fresh.entries()) {
    const instrumentId = batch.inputs[index]?.bookEvent.instrumentId;
    if (!event.manualPrice || !event.instrument || !instrumentId || event.manualPrice.price.isZero) continue;
    const { price, date: on } = event.manualPrice;
    prices.push({ instrumentId, price, currency: event.instrument.currency, on });
    events.push(event);
  }
  if (prices.length === 0) return ok(null);
  const recorded = await recordManualPrices(platform, tx, { workspaceId: batch.portfolio.workspaceId, prices });
  if (recorded.ok) return recorded;
  const at = events[Number(recorded.details['priceIndex'] ?? 0)];
  const row = at ? rowOf(at) : { sheet: '', row: 0 };
  return refuseEvents([{ ...recorded.details, ...row, code: recorded.code, field: 'manualPrice' }]);
}

async function watchHeld(tx: Transaction, portfolio: Portfolio, inputs: readonly StoredEventInput[]): Promise<void> {
  const firstDays = new Map<string, LocalDate>();
  for (const { bookEvent } of inputs) {
    for (const id of [bookEvent.instrumentId, bookEvent.toInstrumentId]) {
      const known = id === null ? undefined : firstDays.get(id);
      if (id !== null && (!known || bookEvent.date < known)) firstDays.set(id, bookEvent.date);
    }
  }
  for (const [since, group] of Map.groupBy(firstDays, ([, day]) => day)) {
    const instrumentIds = group.map(([instrumentId]) => instrumentId);
    await watchInstruments(tx, { workspaceId: portfolio.workspaceId, instrumentIds, reason: 'held', since });
  }
}
