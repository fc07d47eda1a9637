/**
 * Taxes of a ledger file, without a server: the report of a year and the sale that nobody made. Instruments go by the name
 * the file gives them; an ISIN in that place tells the country, and the caller tells kinds and listings that are not usual.
 */
import { assert, Decimal, type LocalDate, type Result } from '#kernel';
import { FxTable } from '../fx-table.ts';
import { bookEventsOf, newestDay } from '../ledger-analysis.ts';
import type { InstrumentKind } from '../ledger-event.ts';
import type { LedgerFile, PricesFile } from '../ledger-file.ts';
import type { LotMethod } from '../lot.ts';
import type { LotPick } from '../ledger-event.ts';
import type { CarriedLoss } from './compensation.ts';
import { type JurisdictionCode, JURISDICTIONS, type Listing, LISTING_BY_KIND } from './jurisdiction.ts';
import { type ReportTable, reportTables } from './report-tables.ts';
import { saleEvent, simulateSale, type SimulationRefusal } from './simulation.ts';
import { type Naming, reportText, simulationText } from './tax-text.ts';
import { type ReportOptions, yearlyReport } from './yearly-report.ts';

export interface LedgerTaxRequest {
  readonly ledger: LedgerFile;
  readonly prices: PricesFile;
  /** Currency of a return that has none of its own. */
  readonly currency: string;
  readonly jurisdiction: JurisdictionCode;
  /** Null is the one that the jurisdiction applies. */
  readonly method: LotMethod | null;
  readonly kinds: ReadonlyMap<string, InstrumentKind>;
  readonly listings: ReadonlyMap<string, Listing>;
  readonly carriedLosses: readonly CarriedLoss[];
}

export interface LedgerSale {
  readonly instrument: string;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly currency: string;
  readonly date: LocalDate;
  readonly fee: Decimal;
  readonly account: string | null;
  readonly lots: readonly LotPick[] | null;
}

const ISIN = /^[A-Z]{2}[A-Z0-9]{9}\d$/;

/** The report of a year; left out, of the newest day of the files. */
export function ledgerTaxReport(request: LedgerTaxRequest, year: number | null) {
  const { events, options } = inputOf(request);
  const report = yearlyReport(events, { ...options, year: year ?? Number(options.today.slice(0, 4)) });
  const { jurisdiction, method } = report;
  return {
    text: { ...reportText(report, named), jurisdiction, method },
    tables: reportTables(report, named) as readonly ReportTable[],
  };
}

/** What a sale would give on top of the ledger. */
export function simulateLedgerSale(
  request: LedgerTaxRequest,
  sale: LedgerSale,
): Result<ReturnType<typeof simulationText>, SimulationRefusal | 'instrument_not_held'> {
  const { events, options } = inputOf(request);
  const own = events.filter((event) => event.instrumentId === sale.instrument);
  const last = own.findLast((event) => sale.account === null || event.accountId === sale.account);
  if (!last) return { ok: false, code: 'instrument_not_held', details: { instrument: sale.instrument } };
  const { accountId, accountCurrency } = last;
  const { quantity, price, currency, date, fee, lots } = sale;
  const facts = { instrumentId: sale.instrument, quantity, price, currency, date, fee, lots, tax: Decimal.zero };
  const event = saleEvent({ id: 'simulated sale', accountId, accountCurrency, fx: null, ...facts });
  const today = date > options.today ? date : options.today;
  const simulated = simulateSale(events, { event, options: { ...options, today } });
  return simulated.ok ? { ok: true, value: simulationText(simulated.value, named) } : simulated;
}

function inputOf(request: LedgerTaxRequest): {
  readonly events: ReturnType<typeof bookEventsOf>;
  readonly options: Omit<ReportOptions, 'year'>;
} {
  const { ledger, prices, kinds, listings, carriedLosses } = request;
  const jurisdiction = JURISDICTIONS[request.jurisdiction];
  const currency = jurisdiction.currency ?? request.currency;
  const [first] = jurisdiction.methods;
  assert(first, 'tax: a jurisdiction has a method');
  const kindOf = (name: string): InstrumentKind => kinds.get(name) ?? 'other';
  return {
    events: bookEventsOf(ledger.events, currency),
    options: {
      jurisdiction,
      method: request.method ?? first,
      currency,
      fx: new FxTable(prices.rates),
      today: newestDay(ledger.events, prices.prices),
      kindOf,
      listingOf: (name) => listings.get(name) ?? LISTING_BY_KIND[kindOf(name)],
      countryOf: (name) => (ISIN.test(name) ? name.slice(0, 2) : null),
      carriedLosses,
    },
  };
}

const named: Naming = (name) => ({ id: name, name, symbol: name, isin: ISIN.test(name) ? name : null });
