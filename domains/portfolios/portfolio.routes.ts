/** Routes of portfolios, positions and the chart. Figures are computed from the shelf; nothing here waits on the outside. */
import { userNames } from '#identity';
import { Decimal, ok, refuse, type Result } from '#kernel';
import type { Queryable } from '#platform/db';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { cashOf, chartOf } from './chart.ts';
import {
  CreatePortfolio,
  DeletePortfolio,
  ListPortfolios,
  ListPositions,
  ReadPortfolio,
  RenamePortfolio,
} from './contract.ts';
import {
  dayRatioOf,
  dayTotalOf,
  figuresOf,
  type FiguresSource,
  textOf,
  valuePortfolio,
  type ValuedPortfolio,
} from './figures.ts';
import { ReadFigures, ReadValueSeries } from './figures-contract.ts';
import { figuresAsOf } from './figures-as-of.ts';
import { positionText } from './position-text.ts';
import { checkOwners, createPortfolio, deletePortfolio, renamePortfolio } from './portfolio.ts';
import { type Reach, reachOf } from './portfolio-reach.store.ts';
import { findPortfolio, listAccounts, listPortfolios, type Portfolio } from './portfolio.store.ts';
import { ratioOf } from './valuation.ts';

/** Mounts the routes. */
export function portfolioRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  listRoutes(http, platform, source);
  editRoutes(http, platform);
  readRoutes(http, platform, source);
}

function listRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  http.route(ListPortfolios, async ({ actor }) => {
    const found = await listPortfolios(platform.db, reachOf(actor));
    const valued: ValuedPortfolio[] = [];
    for (const portfolio of found) valued.push(await valuePortfolio(source, portfolio));
    const names = await namesOf(platform.db, found);
    const items = valued.map((entry) => ({ ...portfolioText(entry.portfolio, names), figures: figuresOf(entry) }));
    const groups = Map.groupBy(valued, (entry) => entry.valuation.currency);
    return ok({ items, totals: [...groups].map(([currency, entries]) => totalOf(currency, entries)) });
  });
}

function editRoutes(http: Http, platform: Platform): void {
  http.route(CreatePortfolio, async ({ actor, body }) => {
    const own = { adviserUserId: actor.rows.kind === 'all' ? null : actor.userId, clientUserId: null };
    const { adviserUserId = own.adviserUserId, clientUserId = null } = body;
    const wanted = { adviserUserId, clientUserId };
    if (!actor.permissions.has('portfolios.portfolio.assign')) {
      if (adviserUserId !== own.adviserUserId) return refuse('adviser_not_found', { adviserUserId });
      if (clientUserId !== null) return refuse('client_not_found', { clientUserId });
    }
    const checked = await checkOwners(platform.db, actor, { wanted, current: own });
    if (!checked.ok) return checked;
    const wish = { name: body.name, baseCurrency: body.baseCurrency, workspaceId: actor.workspaceId, ...wanted };
    const result = await platform.db.transaction((tx) => createPortfolio(platform, tx, wish));
    return result.ok ? ok(portfolioText(result.value, await namesOf(platform.db, [result.value]))) : result;
  });
  http.route(RenamePortfolio, async ({ actor, params, body, ifMatch, reply }) => {
    const change = { ...reachOf(actor), ...params, ...body, ifMatch };
    const result = await platform.db.transaction((tx) => renamePortfolio(platform, tx, change));
    if (!result.ok) return result;
    reply.setVersion(result.value.version);
    return ok(portfolioText(result.value, await namesOf(platform.db, [result.value])));
  });
  http.route(DeletePortfolio, async ({ actor, params }) =>
    platform.db.transaction((tx) => deletePortfolio(platform, tx, { ...reachOf(actor), ...params })),
  );
}

function readRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  const find = async (reach: Reach, portfolioId: string): Promise<Result<Portfolio, 'portfolio_not_found'>> => {
    const portfolio = await findPortfolio(platform.db, { ...reachOf(reach), portfolioId });
    return portfolio ? ok(portfolio) : refuse('portfolio_not_found', { portfolioId });
  };
  http.route(ReadPortfolio, async ({ actor, params }) => {
    const found = await find(actor, params.portfolioId);
    if (!found.ok) return found;
    const [valued, accounts, names] = await Promise.all([
      valuePortfolio(source, found.value),
      listAccounts(platform.db, found.value.id),
      namesOf(platform.db, [found.value]),
    ]);
    return ok({
      ...portfolioText(found.value, names),
      figures: figuresOf(valued),
      accounts,
      cash: cashOf(valued, accounts),
      ledgerVersion: valued.shelved.sequence,
      firstDate: valued.shelved.firstDate,
    });
  });
  http.route(ListPositions, async ({ actor, params, query }) => {
    const found = await find(actor, params.portfolioId);
    if (!found.ok) return found;
    const valued = await valuePortfolio(source, found.value);
    const shown = valued.valuation.holdings.filter((holding) => query.closed === 'include' || !holding.quantity.isZero);
    const items = shown.map((holding) => positionText(valued, holding)).toSorted(byValue);
    return ok({ currency: valued.valuation.currency, items });
  });
  http.route(ReadFigures, async ({ actor, params, query }) => {
    const found = await find(actor, params.portfolioId);
    return found.ok ? figuresAsOf(source, found.value, query) : found;
  });
  http.route(ReadValueSeries, async ({ actor, params, query }) => {
    const found = await find(actor, params.portfolioId);
    return found.ok ? ok(await chartOf(source, found.value, { range: query.range })) : found;
  });
}

export function portfolioText(portfolio: Portfolio, names: ReadonlyMap<string, string>) {
  const { id, name, baseCurrency, version, liveEventCount: operationCount, createdAtMs } = portfolio;
  const person = (userId: string | null) => (userId === null ? null : { id: userId, name: names.get(userId) ?? '' });
  const people = { adviser: person(portfolio.adviserUserId), client: person(portfolio.clientUserId) };
  return { id, name, baseCurrency, version, operationCount, createdAtMs, ...people };
}

/** Names of everybody these portfolios belong to. */
function namesOf(queryable: Queryable, portfolios: readonly Portfolio[]): Promise<Map<string, string>> {
  const ids = portfolios.flatMap(({ adviserUserId, clientUserId }) => [adviserUserId, clientUserId]);
  return userNames(queryable, [...new Set(ids.filter((id) => id !== null))]);
}

/** Largest value first; the unknown ones after, by name. */
function byValue(a: { value: string | null; name: string }, b: { value: string | null; name: string }): number {
  if (a.value === null || b.value === null) {
    return a.value === b.value ? a.name.localeCompare(b.name, 'es') : a.value === null ? 1 : -1;
  }
  return Decimal.from(b.value).compare(Decimal.from(a.value));
}

function totalOf(currency: string, entries: readonly ValuedPortfolio[]) {
  const sum = (pick: (totals: ValuedPortfolio['valuation']['totals']) => Decimal | null): Decimal | null => {
    const terms = entries.map((entry) => pick(entry.valuation.totals));
    const known = terms.filter((term) => term !== null);
    return known.length === terms.length ? Decimal.sum(known) : null;
  };
  const value = sum((totals) => totals.value);
  const day = dayTotalOf(entries);
  const texts = entries.map(figuresOf);
  const count = (pick: (figures: (typeof texts)[number]) => number): number =>
    texts.reduce((total, text) => total + pick(text), 0);
  return {
    currency,
    value: textOf(value),
    valueKnown: Decimal.sum(entries.map((entry) => entry.valuation.totals.valueKnown)).toString(),
    ...day,
    dayChangeRatio: dayRatioOf(day.dayChange, value),
    profit: textOf(sum((totals) => totals.profit)),
    gainRatio: ratioOf(
      sum((totals) => totals.unrealised),
      sum((totals) => totals.cost),
    ),
    cost: textOf(sum((totals) => totals.cost)),
    unrealised: textOf(sum((totals) => totals.unrealised)),
    realised: textOf(sum((totals) => totals.realised)),
    income: textOf(sum((totals) => totals.income)),
    fees: textOf(sum((totals) => totals.fees)),
    taxes: textOf(sum((totals) => totals.taxes)),
    netFlows: textOf(sum((totals) => totals.netFlows)),
    missingCount: count((text) => text.missing.length),
    staleCount: count((text) => text.staleCount),
    simulatedCount: count((text) => text.simulatedCount),
  };
}
