/**
 * What the tax figures of a stored portfolio are made of: its live events, the rates of the return's currency, and what is
 * known of its instruments. Computed apart from the shelf of books, because the return may ask for another currency and
 * pools accounts; the event loop gets a turn after each instrument.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { dateInZone, type LocalDate } from '#kernel';
import { findInstruments, type Instrument } from '#markets';
import { currenciesOf } from '../book-shelf.ts';
import type { FiguresSource } from '../figures.ts';
import { loadFxTable } from '../fx-loading.ts';
import { readLiveEvents } from '../ledger.store.ts';
import type { Portfolio } from '../portfolio.store.ts';
import type { BookEvent } from '../posting.ts';
import { JURISDICTIONS, LISTING_BY_KIND } from './jurisdiction.ts';
import { findTaxSettings } from './tax-settings.store.ts';
import { defaultTaxSettings, type TaxSettings } from './tax-settings.ts';
import type { ReportOptions } from './yearly-report.ts';

export interface TaxFacts {
  readonly settings: TaxSettings;
  readonly events: readonly BookEvent[];
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly today: LocalDate;
  readonly options: Omit<ReportOptions, 'year'>;
}

/** Reads them. `extra` are currencies that a figure needs besides those of the events. */
export async function readTaxFacts(
  { queryable, clock, timeZone }: FiguresSource,
  portfolio: Portfolio,
  extra: readonly string[] = [],
): Promise<TaxFacts> {
  const { workspaceId } = portfolio;
  const events: BookEvent[] = [];
  const scope = { portfolioId: portfolio.id, afterSequence: 0, upTo: portfolio.lastSequence };
  for await (const page of readLiveEvents(queryable, scope)) events.push(...page);
  const settings = (await findTaxSettings(queryable, portfolio.id)) ?? defaultTaxSettings(portfolio);
  const jurisdiction = JURISDICTIONS[settings.jurisdiction];
  const currency = jurisdiction.currency ?? portfolio.baseCurrency;
  const today = dateInZone(clock(), timeZone);
  const ids = events.flatMap(({ instrumentId, toInstrumentId }) => [instrumentId, toInstrumentId]);
  const instrumentIds = [...new Set(ids.filter((id) => id !== null))];
  const from = events.reduce((first, { date }) => (date < first ? date : first), today);
  const currencies = new Set([currency, ...extra, ...currenciesOf(events)]);
  const [fx, instruments] = await Promise.all([
    loadFxTable(queryable, { workspaceId, currencies, from, to: today }),
    findInstruments(queryable, workspaceId, instrumentIds),
  ]);
  const kindOf = (id: string) => instruments.get(id)?.kind ?? 'other';
  return {
    settings,
    events,
    instruments,
    today,
    options: {
      jurisdiction,
      method: settings.method,
      currency,
      fx,
      today,
      kindOf,
      listingOf: (id) => settings.listings[id] ?? LISTING_BY_KIND[kindOf(id)],
      countryOf: (id) => instruments.get(id)?.isin?.slice(0, 2) ?? null,
      carriedLosses: settings.carriedLosses,
    },
  };
}

/** Runs the steps of a computation, with a turn for everybody else after each. */
export async function inTurns<Value>(steps: Generator<void, Value>): Promise<Value> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await nextTurn();
  }
}
