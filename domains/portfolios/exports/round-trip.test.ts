/** Goal: an exported ledger read back by the importer is the same ledger: same positions, same lots, same cash, every type. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assert, type Decimal, localDate } from '#kernel';
import { type Book, buildBook, withDividendSides } from '../book.ts';
import { FxTable } from '../fx-table.ts';
import { checkLedgerEvent, type LedgerEvent } from '../ledger-event-check.ts';
import type { LedgerEventDraft } from '../ledger-event.ts';
import { openLotsOf } from '../lot.ts';
import { type BookEvent, bookEventOf } from '../posting.ts';
import { booksOf, rates } from '../random-book.ts';
import type { ExportTable } from './export-table.ts';
import { type LineInstrument, OPERATION_COLUMNS, operationLine } from './operation-line.ts';
import { plannedFrom } from './read-back.ts';
import { csvOf } from './text-write.ts';
import { workbookOf } from './workbook-write.ts';

/** Names that a reader tidies, guesses from or runs: all must come back as they are. */
const INSTRUMENTS: Readonly<Record<string, LineInstrument>> = {
  A: { symbol: 'BRK B', isin: null, name: 'Fondo  «A»; total', kind: 'stock', currency: 'USD' },
  B: { symbol: null, isin: 'US0378331005', name: '=1+1', kind: 'fund', currency: 'EUR' },
  C: { symbol: '1234', isin: null, name: 'Bitcoin', kind: 'etf', currency: 'EUR' },
  D: { symbol: null, isin: null, name: '\'-d"o', kind: 'other', currency: 'GBP' },
};
const ACCOUNTS: Readonly<Record<string, string>> = { one: '@cuenta, uno', two: '+2' };

const text = (figure: Decimal | null): string | null => figure?.toString() ?? null;
function lineOf(event: BookEvent) {
  const { splitRatio: ratio, instrumentId, toInstrumentId } = event;
  const named = (id: string | null): LineInstrument | null => (id === null ? null : (INSTRUMENTS[id] ?? null));
  return operationLine(
    {
      type: event.type,
      date: event.date,
      accountName: ACCOUNTS[event.accountId] ?? '',
      accountCurrency: event.accountCurrency,
      quantity: text(event.quantity),
      splitNewUnits: text(ratio?.newUnits ?? null),
      splitOldUnits: text(ratio?.oldUnits ?? null),
      price: text(event.price),
      currency: event.currency,
      amount: text(event.amount),
      fee: event.fee.toString(),
      tax: event.tax.toString(),
      fx: text(event.fx),
      toQuantity: text(event.toQuantity),
      note: '',
      lots: event.lots,
      idempotencyKey: `hand:${event.id}`,
    },
    { instrument: named(instrumentId), target: named(toInstrumentId) },
  );
}

const tableOf = (events: readonly BookEvent[]): ExportTable => ({
  name: 'operations',
  columns: OPERATION_COLUMNS,
  batches: () => [events.map(lineOf)],
});

async function bytesOf(chunks: AsyncIterable<string | Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk as string));
  return Buffer.concat(parts);
}

function resolved(event: LedgerEvent, sequence: number): BookEvent {
  const idOf = (draft: LedgerEvent['instrument']): string | null =>
    Object.entries(INSTRUMENTS).find(([, known]) => known.name === draft?.name)?.[0] ?? null;
  const accountId = Object.entries(ACCOUNTS).find(([, name]) => name === event.accountName)?.[0] ?? '';
  const accountCurrency = event.accountCurrency ?? 'none';
  const ids = { instrumentId: idOf(event.instrument), toInstrumentId: idOf(event.toInstrument) };
  return bookEventOf(event, { id: event.idempotencyKey, sequence, accountId, accountCurrency, ...ids });
}

/** What the ledger's door and the fold leave of random events: what a ledger can hold. */
function ledgerOf(events: readonly BookEvent[], fx: FxTable): BookEvent[] {
  const accepted = events.flatMap((event) => {
    const given = Object.entries(event).filter(([, value]) => value !== null);
    const named = (id: string | null) => (id === null ? {} : { kind: 'other', name: id, currency: 'EUR' });
    const draft = {
      ...Object.fromEntries(given),
      accountName: event.accountId,
      idempotencyKey: event.id,
      source: { sheet: '', row: 1 },
      ...(event.instrumentId === null ? {} : { instrument: named(event.instrumentId) }),
      ...(event.toInstrumentId === null ? {} : { toInstrument: named(event.toInstrumentId) }),
    };
    const checked = checkLedgerEvent(draft as unknown as LedgerEventDraft);
    if (!checked.ok) return [];
    const { amount, quantity, toQuantity } = checked.value;
    return [{ ...event, amount, quantity, toQuantity }];
  });
  const ordered = [...accepted].toSorted((a, b) =>
    a.date === b.date ? a.sequence - b.sequence : a.date < b.date ? -1 : 1,
  );
  const refused = new Set(buildBook(ordered, { baseCurrency: 'EUR', fx }).refused.map(({ event }) => event.id));
  return [...withDividendSides(ordered.filter(({ id }) => !refused.has(id)))];
}

function shown(book: Book) {
  const positions = [...book.positions.values()].map(({ accountId, instrumentId, quantity, lots }) => {
    const open = openLotsOf(lots).map((lot) => [
      lot.openedOn,
      lot.quantity.toString(),
      lot.currency,
      lot.cost.toString(),
      lot.costBase?.toString() ?? null,
    ]);
    return { accountId, instrumentId, quantity: quantity.toString(), lots: open };
  });
  const accounts = [...book.accounts].map(([id, { cash }]) => [
    id,
    [...cash].map(([currency, { byDay }]) => [currency, [...byDay]]),
  ]);
  return { positions, accounts };
}

test.each(['csv', 'xlsx'] as const)(
  'any ledger, exported as %s and imported into an empty one, is itself',
  async (format) => {
    await fc.assert(
      fc.asyncProperty(booksOf(['EUR', 'USD']), rates, async (drawn, known) => {
        const fx = new FxTable(known);
        const ledger = ledgerOf(drawn, fx);
        fc.pre(ledger.length > 0);
        const bytes = await bytesOf(format === 'csv' ? csvOf(tableOf(ledger)) : workbookOf([tableOf(ledger)]));
        const rows = await plannedFrom(bytes);
        expect(rows.flatMap(({ issues }) => issues)).toEqual([]);
        const back = rows
          .flatMap(({ drafts }) => drafts)
          .map((draft, index) => {
            const checked = checkLedgerEvent(draft);
            assert(checked.ok, 'what the ledger holds is what its door takes');
            return resolved(checked.value, index);
          });
        const build = (events: readonly BookEvent[]) => buildBook(events, { baseCurrency: 'EUR', fx });
        expect(build(back).refused).toEqual([]);
        expect(shown(build(back).book)).toEqual(shown(build(ledger).book));
        expect(back.map(({ id }) => id)).toEqual(ledger.map(({ id }) => `hand:${id}`));
      }),
      { numRuns: 150 },
    );
  },
);

test('a copy of a line inside the file is another fact, and notes keep their lines', async () => {
  const head = OPERATION_COLUMNS.map(({ name }) => name).join(',');
  const line = `2026-01-02,deposit,Banco,,,,EUR,100.5,,,,,"'=nota\n dos",EUR,,,,,,,,,,,,,hand:1`;
  const [first, second] = await plannedFrom(Buffer.from(`${head}\r\n${line}\r\n${line}\r\n`));
  expect([first?.drafts[0]?.idempotencyKey, second?.drafts[0]?.idempotencyKey]).toEqual(['hand:1', 'hand:1#2']);
  expect(first?.drafts[0]).toMatchObject({ type: 'deposit', date: localDate('2026-01-02'), note: '=nota\n dos' });
});

test('a word, a day, a figure or a kind that the ledger has not is an error with its cell', async () => {
  const head = OPERATION_COLUMNS.map(({ name }) => name).join(',');
  const lines = [
    '2026-01-02,compra,B,X,1,1,EUR,,,,,,,EUR,X,,X,stock,EUR,,,,,,,,k1',
    '02/01/2026,buy,B,X,1,1,EUR,,,,,,,EUR,X,,X,stock,EUR,,,,,,,,k2',
    '2026-01-02,buy,B,X,"1,5",1,EUR,,,,,,,EUR,X,,X,stock,EUR,,,,,,,,k3',
    '2026-01-02,buy,B,X,1,1,EUR,,,,,,,EUR,X,,X,share,EUR,,,,,,,,k4',
  ];
  const rows = await plannedFrom(Buffer.from([head, ...lines].join('\n')));
  expect(rows.map(({ status, issues }) => [status, issues[0]?.code, issues[0]?.cell])).toEqual([
    ['error', 'type_unknown', 'B2'],
    ['error', 'day_unreadable', 'A3'],
    ['error', 'figure_unreadable', 'E4'],
    ['error', 'kind_unknown', 'R5'],
  ]);
});
