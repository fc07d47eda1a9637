/** Goal: every scenario of cases/ that a person can redo by hand comes out to the last decimal. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assert, Decimal, epochDay, type LocalDate, localDate } from '#kernel';
import { type Book, buildBook } from './book.ts';
import { FxTable } from './fx-table.ts';
import { type CaseExpectation, type LedgerCase, parseLedgerCase } from './ledger-case.ts';
import { checkLedgerEvent } from './ledger-event-check.ts';
import { closeColumnsOf } from './ledger-analysis.ts';
import { openLotsOf } from './lot.ts';
import { engineInput } from './engine/engine-market.ts';
import { attributeBook } from './performance/attribution-rows.ts';
import { dailyColumns } from './performance/daily-columns.ts';
import { performanceOf } from './performance/performance.ts';
import type { LotMatch } from './position-units.ts';
import { type BookEvent, bookEventOf } from './posting.ts';
import { valueBook, type ValuationPrice, type ValuationTotals } from './valuation.ts';

const CASES = new URL('./cases/', import.meta.url);
const END_OF_TIME = localDate('2999-12-31');

interface Played {
  readonly scenario: LedgerCase;
  readonly refusedByLine: ReadonlyMap<number, string>;
  bookOn(date: LocalDate): { readonly book: Book; readonly matches: readonly LotMatch[] };
}

function play(scenario: LedgerCase): Played {
  const refusedByLine = new Map<number, string>();
  const events: BookEvent[] = [];
  for (const draft of scenario.drafts) {
    const checked = checkLedgerEvent(draft);
    if (!checked.ok) {
      refusedByLine.set(draft.source.row, checked.code);
      continue;
    }
    const accountId = checked.value.accountName;
    const accountCurrency = scenario.accountCurrencies.get(accountId) ?? scenario.baseCurrency;
    const instrumentId = checked.value.instrument?.name ?? null;
    const sequence = draft.source.row;
    const toInstrumentId = checked.value.toInstrument?.name ?? null;
    const resolved = { id: `${sequence}`, sequence, accountId, accountCurrency, instrumentId, toInstrumentId };
    events.push(bookEventOf(checked.value, resolved));
  }
  const bookOn: Played['bookOn'] = (date) => {
    const matches: LotMatch[] = [];
    const built = buildBook(
      events.filter((event) => event.date <= date),
      {
        baseCurrency: scenario.baseCurrency,
        fx: new FxTable(scenario.rates),
        onMatch: (match) => matches.push(match),
        method: scenario.method,
      },
    );
    for (const { event, code } of built.refused) refusedByLine.set(event.sequence, code);
    return { book: built.book, matches };
  };
  return { scenario, refusedByLine, bookOn };
}

function pricesOn(scenario: LedgerCase, date: LocalDate): Map<string, ValuationPrice> {
  const prices = new Map<string, ValuationPrice>();
  for (const price of scenario.prices) if (price.date <= date) prices.set(price.instrument, price);
  return prices;
}

function figure(value: Decimal | null, currency: string): string {
  return value === null ? 'unknown' : `${value.toString()} ${currency}`;
}

const PERFORMANCE_FIGURES = ['twr', 'xirr', 'dietz', 'maxDrawdown'];

/** A ratio to six decimals, or why there is none. */
function measurePerformance(played: Played, { figure: name, subjects }: CaseExpectation): string {
  const [from, to] = [localDate(subjects[0] ?? ''), localDate(subjects[1] ?? '')];
  const closesOf = closeColumnsOf(played.scenario.prices);
  const found = performanceOf(dailyColumns(played.bookOn(to).book, { from, to, closesOf }));
  const text = (ratio: number | null | undefined, otherwise: string): string =>
    ratio === null || ratio === undefined ? otherwise : String(Number(ratio.toFixed(6)));
  if (name === 'xirr') return found.xirrStatus === 'unique' ? text(found.xirr, '') : found.xirrStatus;
  if (name === 'dietz') return text(found.modifiedDietz, 'unknown');
  if (name === 'maxDrawdown') return text(found.risk?.drawdown.maxRatio, 'unknown');
  return text(found.twr, `${found.twrGap?.kind} ${found.twrGap?.date}`);
}

const ATTRIBUTION_FIGURES = ['attribution', 'allocation', 'selection', 'interaction', 'contribution', 'excess'];

/** Of a group (the last subject) or of a holding; the returns themselves without one. */
async function measureAttribution(played: Played, { figure: name, subjects }: CaseExpectation): Promise<string> {
  const [from, to] = [localDate(subjects[0] ?? ''), localDate(subjects[1] ?? '')];
  const { prices, classes, benchmark } = played.scenario;
  const closesOf = closeColumnsOf(prices);
  const input = await engineInput({ book: played.bookOn(to).book, sequence: 1 }, { closesOf, from, to });
  const groupOf = (instrument: string): readonly string[] => [classes.get(instrument) ?? 'other'];
  const found = attributeBook({
    ...input,
    firstDay: epochDay(from),
    dayCount: epochDay(to) - epochDay(from) + 1,
    live: null,
    groupsOf: new Map([...classes.keys()].map((instrument) => [instrument, groupOf(instrument)])),
    blend: benchmark.map(({ instrument, weightPercent }) => ({
      weightRatio: weightPercent / 100,
      closes: closesOf.get(instrument),
      groups: groupOf(instrument),
    })),
    dimensionCount: 1,
  });
  if (typeof found === 'string') return found;
  const [only] = found;
  assert(only, 'case: one dimension');
  expect(only.residual).toBeCloseTo(0, 12);
  const text = (ratio: number | undefined): string => String(Number((ratio ?? Number.NaN).toFixed(6)) + 0);
  if (name === 'attribution') return `${text(only.ratio)} against ${text(only.benchmarkRatio)}`;
  const row = only.rows.find(({ id }) => id === subjects[2]);
  if (name === 'contribution' || name === 'excess') return text(row?.[name]);
  return text(only.groups.find((group) => group.name === subjects[2])?.[name as 'allocation']);
}

async function measure(played: Played, expectation: CaseExpectation): Promise<string> {
  if (ATTRIBUTION_FIGURES.includes(expectation.figure)) return measureAttribution(played, expectation);
  if (PERFORMANCE_FIGURES.includes(expectation.figure)) return measurePerformance(played, expectation);
  const { figure: name, subjects } = expectation;
  const { scenario } = played;
  const base = scenario.baseCurrency;
  const [subject = ''] = subjects;
  const date = /^\d{4}-\d\d-\d\d$/.test(subject) ? localDate(subject) : END_OF_TIME;
  const { book, matches } = played.bookOn(date);
  const valuation = valueBook(book, { date, prices: pricesOn(scenario, date) });
  const holding = valuation.holdings.find(({ instrumentId }) => instrumentId === subject);
  const lots = holding?.positions.flatMap((position) => [...openLotsOf(position.lots)]) ?? [];
  if (name === 'refused') return played.refusedByLine.get(Number(subjects[1])) ?? 'accepted';
  if (name === 'quantity') return holding?.quantity.toString() ?? '0';
  if (name === 'lots')
    return (
      lots.map((lot) => `${lot.quantity.toString()} of ${lot.openedOn} cost ${lot.cost.toFixed(0)}`).join(', ') ||
      'none'
    );
  if (isHoldingFigure(name)) return figure(holding?.[name] ?? null, scenario.baseCurrency);
  if (name === 'cash')
    return figure(valuation.cash.find(({ currency }) => currency === subject)?.amount ?? null, subject);
  if (name === 'missing')
    return valuation.missing
      .map((fact) => (fact.kind === 'price' ? `price ${fact.instrumentId}` : `fx ${fact.from}/${fact.to}`))
      .join(', ');
  if (name === 'realised') {
    const gains = matches.filter((match) => match.soldOn.startsWith(subject)).map((match) => match.gainBase);
    return figure(
      gains.includes(null) ? null : Decimal.sum(gains.filter((gain) => gain !== null)),
      scenario.baseCurrency,
    );
  }
  if (name === 'priceGain' || name === 'closingFees' || name === 'openingTaxes') {
    const partOf = {
      priceGain: 'priceGainBase',
      closingFees: 'closingFeeBase',
      openingTaxes: 'openingTaxBase',
    } as const;
    const parts = matches.filter((match) => match.soldOn.startsWith(subject)).map((match) => match[partOf[name]]);
    return figure(parts.includes(null) ? null : Decimal.sum(parts.filter((part) => part !== null)), base);
  }
  assert(name in valuation.totals, `case: unknown figure ${name}`);
  return figure(valuation.totals[name as keyof ValuationTotals], scenario.baseCurrency);
}

/** Figures of one holding: `expect cost ACME = …`. Those that a total has too are asked by day. */
function isHoldingFigure(name: string): name is 'cost' | 'fxGain' {
  return name === 'cost' || name === 'fxGain';
}

/** `118.60 EUR` and `118.6 EUR` are the same figure. */
function normalised(text: string): string {
  return text.replaceAll(/-?\d+\.\d+/g, (digits) => Decimal.from(digits).toString());
}

const files = readdirSync(CASES).filter((name) => name.endsWith('.case'));
test('there are cases to run', () => expect(files.length).toBeGreaterThan(10));

describe.each(files)('%s', (file) => {
  const scenario = parseLedgerCase(readFileSync(new URL(file, CASES), 'utf8'));
  const played = play(scenario);
  played.bookOn(END_OF_TIME);
  test.each(scenario.expectations.map((expectation) => [expectation.line, expectation] as const))(
    'line %i',
    async (_line, expectation) => {
      expect(normalised(await measure(played, expectation))).toBe(normalised(expectation.expected));
    },
  );
});
