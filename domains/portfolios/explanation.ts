/**
 * "Cómo se calcula": any figure of a portfolio taken apart into terms that add up to it exactly, with the lots, sales,
 * operations, prices and rates it stands on, and what is missing named.
 */
import { Decimal, ok, refuse } from '#kernel';
import { type Book, netFlowsOf, refoldPositions } from './book.ts';
import { cashOf } from './chart.ts';
import { type FiguresSource, missingOf, textOf, valuePortfolio, type ValuedPortfolio } from './figures.ts';
import type { LedgerEventType } from './ledger-event.ts';
import { readLinkedEvents } from './ledger.store.ts';
import { type Lot, openLotsOf } from './lot.ts';
import { listOperations } from './operation.ts';
import { listAccounts, type Portfolio } from './portfolio.store.ts';
import { linkedGroups } from './position-fold.ts';
import type { LotMatch } from './position-units.ts';
import { priceText } from './position-text.ts';
import type { ValuedHolding } from './valuation.ts';

export type Metric = 'value' | 'cost' | 'unrealised' | 'realised' | 'income' | 'fees' | 'taxes' | 'netFlows' | 'profit';

interface Term {
  /** Stable name that the reader's language puts into words: `holding_value`, `minus_cost`, `cash`… */
  readonly name: string;
  /** What the term is about: an instrument, an account, or nothing. */
  readonly subject: string;
  readonly figure: string | null;
}

const LISTED_MAX = 200; // What a person reads; the rest is in the operations list.

/** Which operations a metric stands on; the others stand on all. */
const TYPES_OF: Partial<Record<Metric, readonly LedgerEventType[]>> = {
  income: ['dividend', 'interest'],
  realised: ['sell', 'cover', 'merger', 'return_of_capital'],
};

/** Takes a figure apart. Refuses an instrument the portfolio never held. */
export async function explainFigure(
  source: FiguresSource,
  portfolio: Portfolio,
  query: { readonly metric: Metric; readonly instrumentId?: string | undefined },
) {
  const { queryable } = source;
  const { metric, instrumentId } = query;
  const accounts = await listAccounts(queryable, portfolio.id);
  const nameOf = new Map(accounts.map((account) => [account.id, account.name]));
  const valued = await valuePortfolio(source, portfolio);
  const holdings = valued.valuation.holdings.filter(
    (holding) => !instrumentId || holding.instrumentId === instrumentId,
  );
  if (instrumentId && holdings.length === 0) return refuse('instrument_not_held', { instrumentId });
  // Everything that reads the shared book comes before the next wait: another request may move it forward meanwhile.
  const terms = instrumentId ? holdingTerms(metric, holdings[0]) : portfolioTerms(valued, metric, nameOf);
  const lots = instrumentId ? lotsOf(valued, holdings, nameOf) : [];
  const rates = ratesOf(valued, holdings);
  const page = {
    workspaceId: portfolio.workspaceId,
    portfolioId: portfolio.id,
    instrumentId,
    types: TYPES_OF[metric],
    limit: LISTED_MAX,
    after: null,
    reversed: 'leave_out' as const,
  };
  const { sequence } = valued.shelved;
  const operations = await listOperations(queryable, page);
  const matches = instrumentId ? await matchesOf(source, valued, { instrumentId, sequence }) : [];
  return ok({
    metric,
    figure: sumOfTerms(terms),
    currency: portfolio.baseCurrency,
    terms,
    lots,
    matches: matches.map((match) => matchText(match, nameOf)),
    operations: operations.items,
    hasMoreOperations: operations.nextCursor !== null,
    prices: holdings
      .filter((holding) => !holding.quantity.isZero)
      .map(({ instrumentId: id }) => ({
        instrumentId: id,
        name: valued.instruments.get(id)?.name ?? '',
        price: priceText(valued.prices.get(id)),
      })),
    rates,
    missing: missingOf(valued).filter(
      (fact) => fact.kind === 'fx' || !instrumentId || fact.instrumentId === instrumentId,
    ),
  });
}

function term(name: string, subject: string, figure: Decimal | null): Term {
  return { name, subject, figure: textOf(figure) };
}

function negated(figure: Decimal | null): Decimal | null {
  return figure && figure.negated();
}

/** The terms of one holding's figure, each with the sign it is added with. */
function holdingTerms(metric: Metric, holding: ValuedHolding | undefined): Term[] {
  if (!holding) return [];
  const { value, cost, realised, income, fees, taxes, profit } = holding;
  if (metric === 'unrealised') return [term('value', '', value), term('minus_cost', '', negated(cost))];
  if (metric === 'profit')
    return [term('value', '', value), term('minus_invested', '', profit && value && profit.minus(value))];
  if (metric === 'netFlows') return [term('invested', '', profit && value && value.minus(profit))];
  const plain = { value, cost, realised, income, fees, taxes }[metric];
  return [term(metric, '', plain)];
}

function portfolioTerms(valued: ValuedPortfolio, metric: Metric, nameOf: ReadonlyMap<string, string>): Term[] {
  const { totals, holdings } = valued.valuation;
  const nameOfHolding = (holding: ValuedHolding): string => valued.instruments.get(holding.instrumentId)?.name ?? '';
  if (metric === 'profit')
    return [term('value', '', totals.value), term('minus_net_flows', '', negated(totals.netFlows))];
  if (metric === 'value') {
    const open = holdings.filter((holding) => !holding.quantity.isZero);
    const accounts = [...nameOf].map(([id, name]) => ({ id, name, currency: '' }));
    return [
      ...open.map((holding) => term('holding_value', nameOfHolding(holding), holding.value)),
      ...cashOf(valued, accounts).map((cash): Term => ({
        name: 'cash',
        subject: `${cash.accountName} · ${cash.currency}`,
        figure: cash.value,
      })),
    ];
  }
  if (metric === 'netFlows') return flowTerms(valued, nameOf);
  const own = {
    cost: 'cost',
    unrealised: 'unrealised',
    realised: 'realised',
    income: 'income',
    fees: 'fees',
    taxes: 'taxes',
  } as const;
  const field = own[metric];
  const byHolding = holdings.map((holding) => term(`holding_${field}`, nameOfHolding(holding), holding[field]));
  const accounts =
    field === 'income' || field === 'fees' || field === 'taxes' ? [...valued.shelved.book.accounts.values()] : [];
  const byAccount = accounts.map((account) =>
    term(`account_${field}`, nameOf.get(account.accountId) ?? '', account[field as 'income' | 'fees' | 'taxes'].total),
  );
  return [...byHolding, ...byAccount].filter((entry) => entry.figure !== '0');
}

/** By account what crossed the border; units that left at their cost are apart, because only their lots know it. */
function flowTerms(valued: ValuedPortfolio, nameOf: ReadonlyMap<string, string>): Term[] {
  const { book } = valued.shelved;
  const accounts = [...book.accounts.values()].map((account) =>
    term('account_flows', nameOf.get(account.accountId) ?? '', netFlowsOf(account).total),
  );
  const left = [...book.positions.values()].map((position) =>
    term(
      'left_at_cost',
      valued.instruments.get(position.instrumentId)?.name ?? '',
      negated(position.figures.leftAtCost.total),
    ),
  );
  return [...accounts, ...left.filter((entry) => entry.figure !== '0')];
}

function sumOfTerms(terms: readonly Term[]): string | null {
  if (terms.some((entry) => entry.figure === null)) return null;
  return Decimal.sum(terms.map((entry) => Decimal.from(entry.figure ?? '0'))).toString();
}

function lotsOf(valued: ValuedPortfolio, holdings: readonly ValuedHolding[], nameOf: ReadonlyMap<string, string>) {
  return holdings
    .flatMap((holding) => holding.positions)
    .flatMap((position) => openLotsOf(position.lots).map((lot) => ({ lot, position })))
    .slice(0, LISTED_MAX)
    .map(({ lot, position }) => ({
      accountName: nameOf.get(position.accountId) ?? '',
      openedOn: lot.openedOn,
      openedBy: lot.openedBy,
      quantity: lot.quantity.toString(),
      currency: lot.currency,
      cost: lot.cost.toString(),
      costBase: textOf(lot.costBase),
      ...lotGainOf(valued, position.instrumentId, lot),
    }));
}

/**
 * What a lot is worth now and where its gain comes from, in the base currency: the rate's part is its cost at today's rate less its
 * cost at the rate of its day, the price's part is the rest. Exact, so the lots of a holding add up to its own split.
 */
function lotGainOf({ shelved, prices, today }: ValuedPortfolio, instrumentId: string, lot: Lot) {
  const { baseCurrency, fx } = shelved.book;
  const price = prices.get(instrumentId);
  const quoteRate = price?.state === 'priced' ? fx.peek(price.currency, baseCurrency, today) : null;
  const value = price?.state === 'priced' && quoteRate ? lot.quantity.times(price.price).times(quoteRate) : null;
  const lotRate = fx.peek(lot.currency, baseCurrency, today);
  const costToday = lotRate && lot.cost.times(lotRate);
  const unrealised = value && lot.costBase && value.minus(lot.costBase);
  const fxGain = costToday && lot.costBase && value && costToday.minus(lot.costBase);
  return {
    value: textOf(value),
    unrealised: textOf(unrealised),
    priceGain: textOf(unrealised && fxGain && unrealised.minus(fxGain)),
    fxGain: textOf(fxGain),
  };
}

/** Last matches of the holdings somebody is looking at, for as long as their book stands at one sequence. */
const keptMatches = new WeakMap<Book, { readonly sequence: number; readonly byInstrument: Map<string, LotMatch[]> }>();

/** Which lots each sale took, by folding the instrument's events, and those linked to them, once more; the newest ones. */
async function matchesOf(
  source: FiguresSource,
  valued: ValuedPortfolio,
  at: { readonly instrumentId: string; readonly sequence: number },
): Promise<LotMatch[]> {
  const { book } = valued.shelved;
  const { instrumentId, sequence } = at;
  const found = keptMatches.get(book);
  const kept = found?.sequence === sequence ? found : { sequence, byInstrument: new Map<string, LotMatch[]>() };
  keptMatches.set(book, kept);
  const known = kept.byInstrument.get(instrumentId);
  if (known) return known;
  const scope = { portfolioId: valued.portfolio.id, upTo: sequence, instrumentIds: [instrumentId] };
  const events = await readLinkedEvents(source.queryable, scope);
  const matches: LotMatch[] = [];
  const scratch = { ...book, positions: new Map() };
  const onMatch = (match: LotMatch): void => {
    if (match.instrumentId === instrumentId) matches.push(match);
  };
  for (const group of linkedGroups(events)) refoldPositions(scratch, { events: group, onMatch });
  const newest = matches
    .toSorted((x, y) => (x.soldOn < y.soldOn ? -1 : x.soldOn > y.soldOn ? 1 : 0))
    .slice(-LISTED_MAX);
  kept.byInstrument.set(instrumentId, newest);
  return newest;
}

function matchText(match: LotMatch, nameOf: ReadonlyMap<string, string>) {
  return {
    soldOn: match.soldOn,
    openedOn: match.openedOn,
    accountName: nameOf.get(match.accountId) ?? '',
    quantity: match.quantity.toString(),
    proceeds: textOf(match.proceedsBase),
    cost: textOf(match.costBase),
    gain: textOf(match.gainBase),
    priceGain: textOf(match.priceGainBase),
    fxGain: textOf(match.fxGainBase),
    fees: textOf(bothOf(match.openingFeeBase, match.closingFeeBase)),
    taxes: textOf(bothOf(match.openingTaxBase, match.closingTaxBase)),
  };
}

function bothOf(opening: Decimal | null, closing: Decimal | null): Decimal | null {
  return opening && closing && opening.plus(closing);
}

/** The rates that today's values of these holdings and balances stand on. */
function ratesOf(valued: ValuedPortfolio, holdings: readonly ValuedHolding[]) {
  const { book } = valued.shelved;
  const currencies = new Set(valued.valuation.cash.map((balance) => balance.currency));
  for (const holding of holdings) {
    const price = valued.prices.get(holding.instrumentId);
    if (price?.state === 'priced' && !holding.quantity.isZero) currencies.add(price.currency);
  }
  currencies.delete(book.baseCurrency);
  return [...currencies].flatMap((from) => {
    const rate = book.fx.peek(from, book.baseCurrency, valued.today);
    return rate ? [{ from, to: book.baseCurrency, date: valued.today, rate: rate.toString() }] : [];
  });
}
