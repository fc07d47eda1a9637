/** Goal: every tax scenario that a person can redo by hand with the law beside it comes out to the cent. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assert, Decimal } from '#kernel';
import { FxTable } from '../fx-table.ts';
import { type CaseExpectation, type LedgerCase, parseLedgerCase } from '../ledger-case.ts';
import { checkLedgerEvent } from '../ledger-event-check.ts';
import { type BookEvent, bookEventOf } from '../posting.ts';
import { JURISDICTIONS, LISTING_BY_KIND } from './jurisdiction.ts';
import type { WaitingLoss } from './repurchase.ts';
import { type TaxReport, yearlyReport } from './yearly-report.ts';

const CASES = new URL('./cases/', import.meta.url);

function eventsOf(scenario: LedgerCase): BookEvent[] {
  return scenario.drafts.map((draft) => {
    const checked = checkLedgerEvent(draft);
    assert(checked.ok, `case line ${draft.source.row}`);
    const { accountName: accountId, instrument, toInstrument } = checked.value;
    const sequence = draft.source.row;
    const accountCurrency = scenario.accountCurrencies.get(accountId) ?? scenario.baseCurrency;
    const [instrumentId, toInstrumentId] = [instrument?.name ?? null, toInstrument?.name ?? null];
    return bookEventOf(checked.value, {
      id: `${sequence}`,
      sequence,
      accountId,
      accountCurrency,
      instrumentId,
      toInstrumentId,
    });
  });
}

function reportOfCase(scenario: LedgerCase, year: number): TaxReport {
  assert(scenario.today, 'case: a tax case says today');
  const kindOf = (id: string) => scenario.kinds.get(id)?.kind ?? 'stock';
  return yearlyReport(eventsOf(scenario), {
    year,
    jurisdiction: JURISDICTIONS.ES,
    method: 'fifo',
    currency: scenario.baseCurrency,
    fx: new FxTable(scenario.rates),
    today: scenario.today,
    kindOf,
    listingOf: (id) => scenario.listings.get(id) ?? LISTING_BY_KIND[kindOf(id)],
    countryOf: (id) => scenario.kinds.get(id)?.isin?.slice(0, 2) ?? null,
    carriedLosses: scenario.carried,
  });
}

function measure(report: TaxReport, { figure }: CaseExpectation): string {
  const { totals, transmissions, countedLosses, compensation } = report;
  const money = (amount: Decimal | null): string => (amount ? `${amount.toString()} EUR` : 'unknown');
  const list = (lines: readonly string[]): string => lines.join(', ') || 'none';
  const waiting = (loss: WaitingLoss): string =>
    `${loss.part.soldOn} ${loss.units.toString()} ${loss.loss.toString()} in ${loss.heldIn.instrumentId} of ${loss.heldIn.openedOn}`;
  const sum = (figures: readonly (Decimal | null)[]): Decimal | null => {
    const known = figures.filter((each) => each !== null);
    return known.length === figures.length ? Decimal.sum(known) : null;
  };
  switch (figure) {
    case 'gain':
      return money(sum(transmissions.map((part) => part.gain)));
    case 'fxGain':
      return money(sum(transmissions.map((part) => part.fxGain)));
    case 'lots':
      return list(
        transmissions.map((part) =>
          [part.openedOn, part.quantity, part.acquisitionValue ?? '?', part.transmissionValue ?? '?'].join(' '),
        ),
      );
    case 'deferred':
      return money(totals.deferred);
    case 'released':
      return money(Decimal.sum(countedLosses.map((loss) => loss.loss)));
    case 'counted':
      return money(totals.gains.net);
    case 'income':
      return money(totals.income.net);
    case 'withheld':
      return money(totals.withheld);
    case 'foreignTax':
      return money(totals.foreignTax);
    case 'waiting':
      return list(report.waiting.map(waiting));
    case 'atRisk':
      return list(
        report.atRisk.map(
          (risk) => `${risk.part.soldOn} ${risk.units.toString()} ${risk.loss.toString()} until ${risk.until}`,
        ),
      );
    case 'base':
      return money(compensation?.base ?? null);
    case 'carried':
      return list((compensation?.carried ?? []).map((loss) => `${loss.basket} ${loss.year} ${loss.amount.toString()}`));
    case 'tax':
      return money(report.savingsTax);
    case 'warnings':
      return list(report.warnings.map(({ code }) => code));
    default:
      throw new Error(`case: unknown figure ${figure}`);
  }
}

const normalised = (text: string): string =>
  text.replaceAll(/-?\d+\.\d+/g, (digits) => Decimal.from(digits).toString());

const files = readdirSync(CASES).filter((name) => name.endsWith('.case'));
test('there are cases to run', () => expect(files.length).toBeGreaterThan(20));

describe.each(files)('%s', (file) => {
  const scenario = parseLedgerCase(readFileSync(new URL(file, CASES), 'utf8'));
  test.each(scenario.expectations.map((expectation) => [expectation.line, expectation] as const))(
    'line %i',
    (_line, expectation) => {
      const report = reportOfCase(scenario, Number(expectation.subjects[0]));
      expect(normalised(measure(report, expectation))).toBe(normalised(expectation.expected));
    },
  );
});
