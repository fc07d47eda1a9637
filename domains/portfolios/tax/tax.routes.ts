/** Routes of taxes: the settings, the year, its file, and the sale that nobody made. */
import { Decimal, ok, refuse, type Result } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Actor, Http } from '#platform/http';
import type { FiguresSource } from '../figures.ts';
import { reachOf } from '../portfolio-reach.store.ts';
import { findPortfolio, type Portfolio } from '../portfolio.store.ts';
import { ChangeTaxSettings, ReadTaxReport, ReadTaxReportFile, ReadTaxSettings, SimulateSale } from './contract.ts';
import { JURISDICTION_CODES, JURISDICTIONS } from './jurisdiction.ts';
import { reportCsv, reportTables } from './report-tables.ts';
import { simulateWish } from './sale-wish.ts';
import { taxLedgerSteps } from './tax-ledger.ts';
import { changeTaxSettings, type TaxSettings } from './tax-settings.ts';
import { inTurns, readTaxFacts, type TaxFacts } from './tax-source.ts';
import { carriedText, type Naming, reportText, simulationText } from './tax-text.ts';
import { reportOf, reportYears, type TaxReport, yearOf } from './yearly-report.ts';

/** Mounts the routes. */
export function taxRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  settingsRoutes(http, platform, source);
  const find = finder(platform);
  http.route(ReadTaxReport, async ({ actor, params, query }) => {
    const portfolio = await find(actor, params);
    if (!portfolio.ok) return portfolio;
    const { facts, report } = await reportFor(source, portfolio.value, query.year);
    const { jurisdiction, method } = facts.settings;
    const years = reportYears(facts.events, facts.today);
    return ok({ ...reportText(report, namingOf(facts)), years, jurisdiction, method });
  });
  http.route(ReadTaxReportFile, async ({ actor, params, query }) => {
    const portfolio = await find(actor, params);
    if (!portfolio.ok) return portfolio;
    const { language } = query;
    const { facts, report } = await reportFor(source, portfolio.value, query.year);
    const text = reportCsv(reportTables(report, namingOf(facts)), {
      language,
      decimalMark: language === 'es' ? ',' : '.',
    });
    const word = language === 'es' ? 'impuestos' : 'taxes';
    return ok({ fileName: `${word}-${report.year}.csv`, text });
  });
  http.route(SimulateSale, async ({ actor, params, body }) => {
    const portfolio = await find(actor, params);
    if (!portfolio.ok) return portfolio;
    const simulated = await simulateWish(source, portfolio.value, body);
    if (!simulated.ok) return simulated;
    const { facts, simulation, date, quantity, price, currency } = simulated.value;
    const named = namingOf(facts);
    return ok({
      ...simulationText(simulation, named),
      date,
      jurisdiction: facts.settings.jurisdiction,
      currency: facts.options.currency,
      instrument: named(body.instrumentId),
      quantity: quantity.toString(),
      price: price.toString(),
      priceCurrency: currency,
    });
  });
}

function settingsRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  const find = finder(platform);
  http.route(ReadTaxSettings, async ({ actor, params, reply }) => {
    const portfolio = await find(actor, params);
    if (!portfolio.ok) return portfolio;
    const facts = await readTaxFacts(source, portfolio.value);
    reply.setVersion(facts.settings.version);
    return ok({
      ...settingsText(facts.settings),
      choices: JURISDICTION_CODES.map((code) => ({ jurisdiction: code, methods: [...JURISDICTIONS[code].methods] })),
      instruments: [...facts.instruments.values()]
        .map(({ id, name, symbol, isin, kind }) => ({
          id,
          name,
          symbol,
          isin,
          kind,
          listing: facts.options.listingOf(id),
        }))
        .toSorted((a, b) => a.name.localeCompare(b.name, 'es')),
    });
  });
  http.route(ChangeTaxSettings, async ({ actor, params, body, ifMatch, reply }) => {
    const carriedLosses = body.carriedLosses.map((loss) => ({ ...loss, amount: Decimal.from(loss.amount) }));
    const change = { ...reachOf(actor), ...params, settings: { ...body, carriedLosses }, ifMatch };
    const result = await platform.db.transaction((tx) => changeTaxSettings(platform, tx, change));
    if (!result.ok) return result;
    reply.setVersion(result.value.version);
    return ok(settingsText(result.value));
  });
}

function finder(platform: Platform) {
  return async (
    actor: Actor,
    params: { readonly portfolioId: string },
  ): Promise<Result<Portfolio, 'portfolio_not_found'>> => {
    const portfolio = await findPortfolio(platform.db, { ...reachOf(actor), ...params });
    return portfolio ? ok(portfolio) : refuse('portfolio_not_found', params);
  };
}

function settingsText(settings: TaxSettings) {
  const { jurisdiction, method, version } = settings;
  const carriedLosses = settings.carriedLosses.map(carriedText);
  return { jurisdiction, method, listings: { ...settings.listings }, carriedLosses, version };
}

async function reportFor(
  source: FiguresSource,
  portfolio: Portfolio,
  asked: number | undefined,
): Promise<{ facts: TaxFacts; report: TaxReport }> {
  const facts = await readTaxFacts(source, portfolio);
  const year = asked ?? yearOf(facts.today);
  const ledger = await inTurns(taxLedgerSteps(facts.events, facts.options));
  return { facts, report: reportOf(ledger, facts.events, { ...facts.options, year }) };
}

function namingOf({ instruments }: TaxFacts): Naming {
  return (id) => {
    const found = instruments.get(id);
    return { id, name: found?.name ?? '', symbol: found?.symbol ?? null, isin: found?.isin ?? null };
  };
}
