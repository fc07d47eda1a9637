/** A rebalancing proposal for stored portfolios: loads, plans and tells it as the API answers it. Stores nothing. */
import { Decimal, ok, refuse, type Result } from '#kernel';
import type { z } from 'zod';
import type { FiguresSource } from '../figures.ts';
import { findPortfolio, type Portfolio } from '../portfolio.store.ts';
import { type Reach, reachOf } from '../portfolio-reach.store.ts';
import { sleevesText } from './drift-text.ts';
import { listInstrumentFacts } from './instrument-facts.store.ts';
import { findModel, listAssignments, type Model } from './model.store.ts';
import { ordersFile } from './orders-file.ts';
import { planRebalance } from './rebalance.ts';
import type { ProposeRebalance, UNIT_RULES } from './rebalance-contract.ts';
import { type LoadedHousehold, loadHousehold } from './rebalance-loading.ts';
import type { PlannedTrade, RebalancePlan } from './rebalance-types.ts';

type Wish = z.output<typeof ProposeRebalance.body>;
type Loading = 'portfolio_not_found' | 'model_not_found' | 'no_model';

const FRACTION_DIGITS = 6; // What funds and exchanges commonly book.
const MONEY_DIGITS = 2;
const SHARE_DIGITS = 18;

/** Proposes trades; refuses what it cannot value. */
export async function proposeRebalance(source: FiguresSource, reach: Reach, wish: Wish) {
  const found = await portfoliosAndModel(source, reach, wish);
  if (!found.ok) return found;
  const { portfolios, model } = found.value;
  const facts = await listInstrumentFacts(source.queryable, reach.workspaceId);
  const loaded = await loadHousehold(source, { portfolios, model, facts });
  if (!loaded.ok) return loaded;
  const household = loaded.value;
  const contribution = Decimal.from(wish.contribution);
  const plan = planRebalance({
    ...household,
    rules: model,
    contribution: contribution.isZero ? null : { portfolioId: portfolios[0]?.id ?? '', amount: contribution },
    unitDigitsOf: (id) => unitDigits(wish.units, household.instruments.get(id)?.kind),
    options: {
      mode: wish.mode,
      minTrade: Decimal.from(wish.minTrade),
      feeFixed: Decimal.from(wish.feeFixed),
      feeBps: wish.feeBps,
      taxRateBps: wish.taxRateBps,
      taxBudget: wish.taxBudget === null ? null : Decimal.from(wish.taxBudget),
    },
  });
  if (!plan.ok) return plan;
  return ok(proposalText({ plan: plan.value, household, model, contribution }));
}

async function portfoliosAndModel(
  source: FiguresSource,
  reach: Reach,
  wish: Wish,
): Promise<Result<{ portfolios: Portfolio[]; model: Model }, Loading>> {
  const portfolios: Portfolio[] = [];
  for (const portfolioId of new Set(wish.portfolioIds)) {
    const portfolio = await findPortfolio(source.queryable, { ...reachOf(reach), portfolioId });
    if (!portfolio) return refuse('portfolio_not_found', { portfolioId });
    portfolios.push(portfolio);
  }
  const [first] = portfolios;
  const followed = await listAssignments(source.queryable, reachOf(reach));
  const modelId = wish.modelId ?? (first && followed.get(first.id)) ?? null;
  if (modelId === null) return refuse('no_model', { portfolioId: first?.id });
  const model = await findModel(source.queryable, { workspaceId: reach.workspaceId, modelId });
  return model ? ok({ portfolios, model }) : refuse('model_not_found', { modelId });
}

/** Coins and funds trade in fractions; shares and listed funds in whole units. */
function unitDigits(rule: (typeof UNIT_RULES)[number], kind: string | undefined): number {
  if (rule !== 'by_kind') return rule === 'whole' ? 0 : FRACTION_DIGITS;
  return kind === 'crypto' || kind === 'fund' ? FRACTION_DIGITS : 0;
}

interface Proposal {
  readonly plan: RebalancePlan;
  readonly household: LoadedHousehold;
  readonly model: Model;
  readonly contribution: Decimal;
}

function proposalText({ plan, household, model, contribution }: Proposal) {
  const { instruments, portfolios } = household;
  const poolOf = (pools: RebalancePlan['cashAfter'], id: string): string =>
    (pools.find(({ portfolioId }) => portfolioId === id)?.amount ?? Decimal.zero).toString();
  const allocation = ({ total, isInside, sleeves }: RebalancePlan['before'], whole: RebalancePlan['before']) => ({
    total: total.toString(),
    isInside,
    sleeves: sleevesText({ ...whole, sleeves }, instruments),
  });
  const { id, name, version } = model;
  return {
    currency: household.currency,
    model: { id, name, version },
    portfolios: portfolios.map((portfolio) => ({
      id: portfolio.id,
      name: portfolio.name,
      cashBefore: poolOf(plan.cashBefore, portfolio.id),
      cashAfter: poolOf(plan.cashAfter, portfolio.id),
    })),
    before: allocation(plan.before, plan.before),
    after: allocation(plan.after, plan.after),
    trades: plan.trades.map((trade) => tradeText(trade, household)),
    contribution: contribution.toString(),
    sold: plan.sold.toString(),
    bought: plan.bought.toString(),
    charges: plan.charges.toString(),
    gain: plan.gain?.toString() ?? null,
    taxes: plan.taxes?.toString() ?? null,
    shortAccounts: shortAccounts(plan, household),
    reasons: [...plan.reasons].map(([key, codes]) => ({ key, codes: [...codes] })),
    ordersCsv: ordersFile(
      plan.trades.map((trade) => orderOf(trade, household)),
      household.valued[0]?.today ?? ('' as never),
    ),
  };
}

function tradeText(trade: PlannedTrade, { portfolios, accounts, instruments, quotes }: LoadedHousehold) {
  const { side, portfolioId, accountId, instrumentId, sleeveKey } = trade;
  const { name = '', symbol = null } = instruments.get(instrumentId) ?? {};
  const quote = quotes.get(instrumentId);
  return {
    id: [side, portfolioId, accountId, instrumentId].join(' '),
    side,
    portfolioId,
    portfolioName: portfolios.find(({ id }) => id === portfolioId)?.name ?? '',
    accountName: accounts.get(accountId)?.name ?? '',
    instrument: { id: instrumentId, name, symbol },
    sleeveKey,
    quantity: trade.quantity.toString(),
    price: (quote?.price ?? trade.unitPrice).toString(),
    priceCurrency: quote?.currency ?? '',
    isPriceStale: quote?.isStale ?? false,
    value: trade.value.toString(),
    charge: trade.charge.toString(),
    gain: trade.gain?.toString() ?? null,
  };
}

/** Accounts that keep cash and would spend more of it than they have. */
function shortAccounts(plan: RebalancePlan, household: LoadedHousehold) {
  const cash = new Map(household.accountCash);
  const portfolioOf = new Map(plan.trades.map(({ accountId, portfolioId }) => [accountId, portfolioId]));
  for (const { side, accountId, value, charge } of plan.trades) {
    const moved = (side === 'sell' ? value : value.negated()).minus(charge);
    cash.set(accountId, (cash.get(accountId) ?? Decimal.zero).plus(moved));
  }
  return [...cash]
    .filter(([accountId, amount]) => amount.sign < 0 && portfolioOf.has(accountId))
    .map(([accountId, amount]) => ({
      portfolioName: household.portfolios.find(({ id }) => id === portfolioOf.get(accountId))?.name ?? '',
      accountName: household.accounts.get(accountId)?.name ?? '',
      short: amount.negated().toString(),
    }));
}

function orderOf(trade: PlannedTrade, household: LoadedHousehold) {
  const { side, quantity, instrumentId, unitPrice, charge } = trade;
  const { symbol, isin, name = '' } = household.instruments.get(instrumentId) ?? {};
  const quote = household.quotes.get(instrumentId);
  const price = quote?.price ?? unitPrice;
  // The charge is in the base currency; the file says it in the currency of the price, as a broker would.
  const native = charge.times(price).dividedBy(unitPrice, SHARE_DIGITS, 'half-even').rounded(MONEY_DIGITS, 'half-up');
  return {
    side,
    accountName: household.accounts.get(trade.accountId)?.name ?? '',
    instrumentCode: symbol ?? isin ?? name,
    quantity,
    price,
    currency: quote?.currency ?? household.currency,
    charge: native,
    note:
      household.portfolios.length > 1
        ? (household.portfolios.find(({ id }) => id === trade.portfolioId)?.name ?? '')
        : '',
  };
}
