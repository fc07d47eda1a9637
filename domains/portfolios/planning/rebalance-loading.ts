/**
 * What a rebalancing of stored portfolios is made from: positions with their lots at today's prices, the cash of each
 * portfolio, and prices of what the model may buy. A holding without a price or a rate refuses the plan by name.
 */
import { Decimal, ok, refuse, type Result } from '#kernel';
import { findInstruments, type Instrument, type LatestPrice, latestPrices } from '#markets';
import type { FiguresSource, ValuedPortfolio } from '../figures.ts';
import { openLotsOf } from '../lot.ts';
import { type Account, listAccounts, type Portfolio } from '../portfolio.store.ts';
import { classOf, type FactsByInstrument, holdingsOf } from './holdings.ts';
import { instrumentsOf } from './model-change.ts';
import type { Model } from './model.store.ts';
import type { CashPool, HeldPosition, RebalanceInput } from './rebalance-types.ts';

/** A price as quoted and in the base currency. */
export interface Quote {
  readonly price: Decimal;
  readonly currency: string;
  readonly unitPrice: Decimal;
  readonly isStale: boolean;
}

export interface LoadedHousehold extends Pick<RebalanceInput, 'positions' | 'cash' | 'priceOf' | 'accountFor'> {
  readonly currency: string;
  readonly portfolios: readonly Portfolio[];
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly quotes: ReadonlyMap<string, Quote>;
  readonly accounts: ReadonlyMap<string, Account>;
  /** Base-currency cash of accounts that keep it. */
  readonly accountCash: ReadonlyMap<string, Decimal>;
  readonly valued: readonly ValuedPortfolio[];
}

/** Reads everything a plan needs. */
export async function loadHousehold(
  source: FiguresSource,
  wanted: { readonly portfolios: readonly Portfolio[]; readonly model: Model; readonly facts: FactsByInstrument },
): Promise<Result<LoadedHousehold, 'currencies_mixed' | 'value_unknown'>> {
  const { portfolios, model, facts } = wanted;
  const currencies = [...new Set(portfolios.map(({ baseCurrency }) => baseCurrency))];
  const [currency = ''] = currencies;
  if (currencies.length > 1) return refuse('currencies_mixed', { currencies });
  const valued: ValuedPortfolio[] = [];
  for (const portfolio of portfolios) {
    const holdings = await holdingsOf(source, portfolio, facts);
    if (!holdings.parts) return refuse('value_unknown', { portfolio: portfolio.name, missing: holdings.missing });
    valued.push(holdings.valued);
  }
  const named = await readNamed(source, portfolios, instrumentsOf(model));
  const instruments = new Map([...named.instruments, ...valued.flatMap((each) => [...each.instruments])]);
  const quotes = quotesOf(valued, named);
  const positions = valued.flatMap((each) => positionsOf(each, { facts, instruments, quotes }));
  const accounts = (await Promise.all(portfolios.map(({ id }) => listAccounts(source.queryable, id)))).map(
    (list, index) => ({ portfolioId: portfolios[index]?.id ?? '', list }),
  );
  const accountCash = cashByAccount(valued);
  return ok({
    currency,
    portfolios,
    instruments,
    quotes,
    positions,
    cash: valued.map(poolOf),
    priceOf: new Map([...quotes].map(([id, { unitPrice }]) => [id, unitPrice])),
    accounts: new Map(accounts.flatMap(({ list }) => list.map((account) => [account.id, account]))),
    accountCash,
    accountFor: (portfolioId, instrumentId) => {
      const own = accounts.find((each) => each.portfolioId === portfolioId)?.list ?? [];
      return accountFor(own, { positions, accountCash, portfolioId, instrumentId });
    },
    valued,
  });
}

interface NamedPrices {
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly prices: ReadonlyMap<string, LatestPrice>;
}

/** What the model names, whether it is held or not; their currencies' rates are made sure of. */
async function readNamed(
  source: FiguresSource,
  portfolios: readonly Portfolio[],
  instrumentIds: readonly string[],
): Promise<NamedPrices> {
  const [first] = portfolios;
  if (!first) return { instruments: new Map(), prices: new Map() };
  const { workspaceId } = first;
  const [instruments, prices] = await Promise.all([
    findInstruments(source.queryable, workspaceId, instrumentIds),
    latestPrices(source.queryable, { workspaceId, instrumentIds, atMs: source.clock() }),
  ]);
  const currencies = [...prices.values()].flatMap((price) => (price.state === 'priced' ? [price.currency] : []));
  await source.shelf.requireCurrencies(source.queryable, first, currencies);
  return { instruments, prices };
}

/** Everything with a price and a rate, in the base currency. */
function quotesOf(valued: readonly ValuedPortfolio[], { prices }: NamedPrices): Map<string, Quote> {
  const quotes = new Map<string, Quote>();
  const [first] = valued;
  for (const { shelved, today, prices: held } of valued) {
    for (const [id, price] of [...held, ...prices]) {
      if (price.state !== 'priced' || quotes.has(id)) continue;
      // A rate for what is only named was made sure of in the first book.
      const { fx, baseCurrency } = prices.has(id) && !held.has(id) && first ? first.shelved.book : shelved.book;
      const rate = fx.peek(price.currency, baseCurrency, today);
      if (!rate) continue;
      const { price: quoted, currency, isStale } = price;
      quotes.set(id, { price: quoted, currency, unitPrice: quoted.times(rate), isStale });
    }
  }
  return quotes;
}

function positionsOf(
  { portfolio, shelved }: ValuedPortfolio,
  known: {
    readonly facts: FactsByInstrument;
    readonly instruments: ReadonlyMap<string, Instrument>;
    readonly quotes: ReadonlyMap<string, Quote>;
  },
): HeldPosition[] {
  return [...shelved.book.positions.values()].flatMap(({ accountId, instrumentId, quantity, lots }) => {
    const quote = known.quotes.get(instrumentId);
    const instrument = known.instruments.get(instrumentId);
    if (quantity.isZero || !quote || !instrument) return [];
    const assetClass = classOf(instrument, known.facts) ?? ('other' as const);
    const open = openLotsOf(lots).map((lot) => ({ quantity: lot.quantity, costBase: lot.costBase }));
    const names = { portfolioId: portfolio.id, accountId, instrumentId, assetClass };
    return [{ ...names, quantity, unitPrice: quote.unitPrice, lots: open }];
  });
}

function poolOf({ portfolio, valuation }: ValuedPortfolio): CashPool {
  const amount = Decimal.sum(valuation.cash.map(({ value }) => value ?? Decimal.zero));
  return { portfolioId: portfolio.id, amount };
}

function cashByAccount(valued: readonly ValuedPortfolio[]): Map<string, Decimal> {
  const cash = new Map<string, Decimal>();
  for (const { accountId, value } of valued.flatMap(({ valuation }) => valuation.cash)) {
    cash.set(accountId, (cash.get(accountId) ?? Decimal.zero).plus(value ?? Decimal.zero));
  }
  return cash;
}

/** Where a purchase is placed: the account that holds most of it, else the one with most cash, else the first. */
function accountFor(
  accounts: readonly Account[],
  known: {
    readonly positions: readonly HeldPosition[];
    readonly accountCash: ReadonlyMap<string, Decimal>;
    readonly portfolioId: string;
    readonly instrumentId: string;
  },
): string {
  const { positions, accountCash, portfolioId, instrumentId } = known;
  const holders = positions.filter(
    (each) => each.portfolioId === portfolioId && each.instrumentId === instrumentId && each.quantity.sign > 0,
  );
  const [holder] = holders.toSorted((a, b) => b.quantity.compare(a.quantity));
  if (holder) return holder.accountId;
  const cashOf = (account: Account): Decimal => accountCash.get(account.id) ?? Decimal.zero;
  return accounts.toSorted((a, b) => cashOf(b).compare(cashOf(a)))[0]?.id ?? '';
}
