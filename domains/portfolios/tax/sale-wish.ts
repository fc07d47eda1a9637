/** A sale that somebody wonders about, completed with what a portfolio knows: the last price, an account, today. */
import { type Clock, Decimal, localDate, ok, parseLocalDate, refuse, type Result } from '#kernel';
import { latestPrices } from '#markets';
import type { Queryable } from '#platform/db';
import { lotPickOf, type LotPickRow } from '../event-row.ts';
import type { FiguresSource } from '../figures.ts';
import { type Account, listAccounts, type Portfolio } from '../portfolio.store.ts';
import { compareEvents } from '../book.ts';
import { foldPositions, positionKey, type Positions } from '../position-fold.ts';
import type { BookEvent } from '../posting.ts';
import { saleEvent, simulationSteps, type SimulationRefusal } from './simulation.ts';
import { inTurns, readTaxFacts } from './tax-source.ts';

export interface SaleWish {
  readonly instrumentId: string;
  readonly quantity: string;
  readonly price?: string | undefined;
  readonly currency?: string | undefined;
  readonly date?: string | undefined;
  readonly fee?: string | undefined;
  readonly tax?: string | undefined;
  readonly accountId?: string | undefined;
  readonly lots?: readonly LotPickRow[] | undefined;
}

export type SaleWishRefusal =
  | SimulationRefusal
  | 'instrument_not_held'
  | 'account_not_found'
  | 'price_missing'
  | 'date_not_valid'
  | 'quantity_not_positive'
  | 'lots_differ_from_quantity';

const NOBODY = '00000000-0000-7000-8000-000000000000'; // A sale that is not recorded has no id; no event has this one.

/** Simulates a wish on a stored portfolio. Records nothing. */
export async function simulateWish(source: FiguresSource, portfolio: Portfolio, wish: SaleWish) {
  const { queryable, clock } = source;
  const quantity = Decimal.from(wish.quantity);
  if (quantity.sign <= 0) return refuse('quantity_not_positive', { quantity: wish.quantity });
  const lots = wish.lots && wish.lots.length > 0 ? wish.lots : null;
  const badDay = [wish.date, ...(lots ?? []).map((lot) => lot.openedOn)].find(
    (day) => day !== undefined && !parseLocalDate(day),
  );
  if (badDay !== undefined) return refuse('date_not_valid', { date: badDay });
  const picks = lots && lots.map(lotPickOf);
  if (picks && !Decimal.sum(picks.map((pick) => pick.quantity)).equals(quantity))
    return refuse('lots_differ_from_quantity', { quantity: wish.quantity });
  const priced = await priceOf(queryable, { workspaceId: portfolio.workspaceId, wish, atMs: clock() });
  if (!priced.ok) return priced;
  const { price, currency } = priced.value;
  const facts = await readTaxFacts(source, portfolio, [currency]);
  const accounts = await listAccounts(queryable, portfolio.id);
  const account = accountFor(facts.events, { accounts, wish, quantity });
  if (!account.ok) return account;
  const { id: accountId, currency: accountCurrency } = account.value;
  const charges = { fee: Decimal.from(wish.fee ?? '0'), tax: Decimal.from(wish.tax ?? '0'), fx: null };
  const date = wish.date === undefined ? facts.today : localDate(wish.date);
  const sale = { id: NOBODY, accountId, accountCurrency, instrumentId: wish.instrumentId, date, quantity };
  const event = saleEvent({ ...sale, ...charges, price, currency, lots: picks });
  const options = { ...facts.options, today: date > facts.today ? date : facts.today };
  const simulated = await inTurns(simulationSteps(facts.events, { event, options }));
  if (!simulated.ok) return simulated;
  return ok({ facts, simulation: simulated.value, date, quantity, price, currency });
}

async function priceOf(
  queryable: Queryable,
  {
    workspaceId,
    wish,
    atMs,
  }: { readonly workspaceId: string; readonly wish: SaleWish; readonly atMs: ReturnType<Clock> },
): Promise<Result<{ price: Decimal; currency: string }, 'price_missing'>> {
  const { price, currency, instrumentId } = wish;
  if (price !== undefined && currency !== undefined) return ok({ price: Decimal.from(price), currency });
  const found = await latestPrices(queryable, { workspaceId, instrumentIds: [instrumentId], atMs });
  const last = found.get(instrumentId);
  if (last?.state !== 'priced') return refuse('price_missing', { instrumentId });
  return ok({ price: price === undefined ? last.price : Decimal.from(price), currency: currency ?? last.currency });
}

/** The account that is named, else one that holds enough, else the one that holds most. */
function accountFor(
  events: readonly BookEvent[],
  asked: { readonly accounts: readonly Account[]; readonly wish: SaleWish; readonly quantity: Decimal },
): Result<Account, 'account_not_found' | 'instrument_not_held' | 'sells_more_than_held'> {
  const { accounts, wish, quantity } = asked;
  const own = events.filter((event) => event.instrumentId !== null).toSorted(compareEvents);
  const positions: Positions = new Map();
  foldPositions(positions, own, { rateOf: () => null });
  const heldIn = (account: Account): Decimal =>
    positions.get(positionKey(account.id, wish.instrumentId))?.quantity ?? Decimal.zero;
  const holders = accounts
    .filter((account) => heldIn(account).sign > 0)
    .toSorted((a, b) => heldIn(b).compare(heldIn(a)));
  if (holders.length === 0) return refuse('instrument_not_held', { instrumentId: wish.instrumentId });
  const named = wish.accountId === undefined ? holders[0] : holders.find(({ id }) => id === wish.accountId);
  if (!named) return refuse('account_not_found', { accountId: wish.accountId });
  // Accounts are pooled for the lots, but a sale is one account's: it can give no more than it has.
  if (wish.date === undefined && heldIn(named).compare(quantity) < 0)
    return refuse('sells_more_than_held', { held: heldIn(named).toString() });
  return ok(named);
}
