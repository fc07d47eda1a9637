/** Goal: the ledger takes a batch whole or not at all, knows what it has seen, and nothing in it can be changed. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EVERY_ROW, Decimal, localDate, type Result } from '#kernel';
import { findInstruments } from '#markets';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { identity } from '../identity/domain.ts';
import { markets } from '../markets/domain.ts';
import type { Book } from './book.ts';
import { figuresAsOf } from './figures-as-of.ts';
import { figuresSource } from './figures-source.ts';
import { type BookShelf, openBookShelf } from './book-shelf.ts';
import { portfolios } from './domain.ts';
import type { InstrumentDraft, LedgerEventDraft } from './ledger-event.ts';
import { readLiveEvents } from './ledger.store.ts';
import { type Lot, openLotsOf } from './lot.ts';
import { createPortfolio } from './portfolio.ts';
import { deleteLedgerOfWorkspace, findPortfolio } from './portfolio.store.ts';
import { type RecordedEvents, recordEvents, type RecordProblem } from './recording.ts';
import { reverseEvents, reverseImport } from './reversal.ts';

let platform: TestPlatform;
let workspaceId: string;
let portfolioId: string;

beforeAll(async () => {
  platform = await testPlatform([identity, markets, portfolios]);
  platform.db.attachJobQueue({ add: async () => undefined });
});
afterAll(() => platform.close());
beforeEach(async () => {
  workspaceId = platform.newId();
  const created = await platform.db.transaction((tx) =>
    createPortfolio(platform, tx, { workspaceId, name: 'Largo plazo', baseCurrency: 'EUR', adviserUserId: null }),
  );
  portfolioId = created.ok ? created.value.id : '';
});

const ACME = { kind: 'stock' as const, symbol: 'ACME', name: 'Acme', currency: 'EUR' };
const NEWCO = { ...ACME, symbol: 'NEWC', name: 'Newco' };
const FUND = { ...ACME, kind: 'fund' as const, symbol: 'FNDA', name: 'Fondo A' };
let rowNumber = 0;
function draft(type: LedgerEventDraft['type'], day: string, facts: Partial<LedgerEventDraft> = {}): LedgerEventDraft {
  rowNumber += 1;
  return {
    type,
    date: localDate(day),
    accountName: 'Broker',
    currency: 'EUR',
    idempotencyKey: `${type} ${day} ${(facts.quantity ?? facts.amount)?.toString()}`,
    source: { sheet: 'Operaciones', row: rowNumber },
    ...facts,
  };
}
const buy = (day: string, units: string, price = '100'): LedgerEventDraft =>
  draft('buy', day, { instrument: ACME, quantity: Decimal.from(units), price: Decimal.from(price) });
const sell = (day: string, units: string): LedgerEventDraft =>
  draft('sell', day, { instrument: ACME, quantity: Decimal.from(units), price: Decimal.from('120') });

const record = (events: readonly LedgerEventDraft[], importId: string | null = null) =>
  platform.db.transaction((tx) =>
    recordEvents(platform, tx, { workspaceId, rows: EVERY_ROW, portfolioId, importId, userId: null, events }),
  );
const recorded = async (
  events: readonly LedgerEventDraft[],
  importId: string | null = null,
): Promise<RecordedEvents> => {
  const result = await record(events, importId);
  expect(result).toMatchObject({ ok: true });
  return (result as { value: RecordedEvents }).value;
};
const problemsOf = (result: Result<unknown, string>): RecordProblem[] =>
  result.ok ? [] : (result.details['problems'] as RecordProblem[]);
async function liveEvents(): Promise<string[]> {
  const portfolio = await findPortfolio(platform.db, { workspaceId, rows: EVERY_ROW, portfolioId });
  const events: string[] = [];
  const scope = { portfolioId, afterSequence: 0, upTo: portfolio?.lastSequence ?? 0 };
  for await (const page of readLiveEvents(platform.db, scope)) {
    events.push(...page.map((event) => `${event.date} ${event.type} ${(event.quantity ?? event.amount)?.toString()}`));
  }
  expect(events).toHaveLength(portfolio?.liveEventCount ?? -1);
  return events;
}

describe('recording', () => {
  test('writes events with balanced postings; the same facts again change nothing', async () => {
    const batch = [
      draft('deposit', '2026-01-01', { amount: Decimal.from('5000') }),
      buy('2026-01-02', '10'),
      sell('2026-01-03', '4'),
    ];
    expect(await recorded(batch)).toMatchObject({ recorded: 3, alreadyKnown: 0 });
    expect(await recorded(batch)).toMatchObject({ recorded: 0, alreadyKnown: 3, eventIds: [] });
    expect(await liveEvents()).toEqual(['2026-01-01 deposit 5000', '2026-01-02 buy 10', '2026-01-03 sell 4']);
    const { rows } = await sql<{ ledger: string; amount: string }>`
      select ledger, sum(amount) as amount from portfolios_postings
      where workspace_id = ${workspaceId} and currency = 'EUR' group by ledger order by ledger`.execute(
      platform.db.tables(),
    );
    expect(rows.map((row) => `${row.ledger} ${Decimal.from(row.amount).toString()}`)).toEqual([
      'exchange 520',
      'external -5000',
      'settlement 4480',
    ]);
  });

  test('a portfolio of another workspace is not there', async () => {
    const result = await platform.db.transaction((tx) =>
      recordEvents(platform, tx, {
        workspaceId: platform.newId(),
        rows: EVERY_ROW,
        portfolioId,
        importId: null,
        userId: null,
        events: [buy('2026-01-02', '1')],
      }),
    );
    expect(result).toMatchObject({ ok: false, code: 'portfolio_not_found' });
  });

  test('one row that does not fit refuses the batch, with every problem named by row, and leaves no account behind', async () => {
    const batch = [
      buy('2026-01-02', '10'),
      draft('spinoff', '2026-01-03', { instrument: ACME, quantity: Decimal.one, toInstrument: NEWCO }),
      draft('deposit', '2027-01-01', { amount: Decimal.one }),
      draft('dividend', '2026-02-01', { instrument: ACME }),
    ];
    const result = await record(batch);
    expect(problemsOf(result).map(({ code, field, row }) => [code, field, row])).toEqual([
      ['price_or_amount_missing', 'price', batch[1]?.source.row],
      ['date_in_future', 'date', batch[2]?.source.row],
      ['amount_missing', 'amount', batch[3]?.source.row],
    ]);
    expect(await liveEvents()).toEqual([]);
    const { rows } = await sql`select 1 from portfolios_accounts where workspace_id = ${workspaceId}`.execute(
      platform.db.tables(),
    );
    expect(rows).toEqual([]);
  });

  test('a sale that is not covered is refused, also when a back-dated sale takes from under a later one', async () => {
    expect(problemsOf(await record([sell('2026-01-03', '1')]))).toMatchObject([
      { code: 'sells_more_than_held', field: 'quantity' },
    ]);
    await recorded([buy('2026-01-02', '10'), sell('2026-03-01', '10')]);
    const backDated = problemsOf(await record([sell('2026-02-01', '1')]));
    expect(backDated).toMatchObject([{ code: 'sells_more_than_held', date: '2026-03-01' }]);
    expect(await liveEvents()).toEqual(['2026-01-02 buy 10', '2026-03-01 sell 10']);
  });

  test('an exchange rate on an operation in its account’s own currency is a contradiction', async () => {
    const result = await record([{ ...buy('2026-01-02', '1'), fx: Decimal.from('0.9') }]);
    expect(problemsOf(result)).toMatchObject([{ code: 'fx_not_expected', field: 'fx' }]);
  });

  test('an account takes the currency of its first plain cash movement', async () => {
    await recorded([
      draft('deposit', '2026-01-01', { amount: Decimal.from('100'), currency: 'USD', accountName: 'Dólares' }),
      { ...buy('2026-01-02', '1'), accountName: 'Dólares', fx: Decimal.from('1.1') },
    ]);
    const { rows } = await sql<{
      currency: string;
    }>`select currency from portfolios_accounts where portfolio_id = ${portfolioId}`.execute(platform.db.tables());
    expect(rows).toEqual([{ currency: 'USD' }]);
  });

  test('a wrong ISIN and a manual price in another currency name their row', async () => {
    const wrongIsin = { ...buy('2026-01-02', '1'), instrument: { ...ACME, isin: 'ES0000000000' } };
    expect(problemsOf(await record([buy('2026-01-01', '1'), wrongIsin]))).toMatchObject([
      { code: 'isin_invalid', field: 'instrument', row: wrongIsin.source.row },
    ]);
    const future = { ...buy('2026-01-02', '1'), manualPrice: { price: Decimal.one, date: localDate('2030-01-01') } };
    expect(problemsOf(await record([future]))).toMatchObject([{ code: 'price_day_invalid', row: future.source.row }]);
    expect(await liveEvents()).toEqual([]);
  });

  test('two writers of one ledger take turns: no sequence is used twice', async () => {
    const batches = Array.from({ length: 6 }, (_, index) => [buy('2026-01-02', `${index + 1}`)]);
    await Promise.all(batches.map((batch) => recorded(batch)));
    expect(await liveEvents()).toHaveLength(6);
  });
});

describe('events that touch two instruments, and short sales', () => {
  const dec = (text: string): Decimal => Decimal.from(text);
  const positions = async (): Promise<string[]> => {
    const portfolio = await findPortfolio(platform.db, { workspaceId, rows: EVERY_ROW, portfolioId });
    if (!portfolio) return [];
    const { book } = await shelf.bookOf(platform.db, portfolio);
    const fresh = await openBookShelf(platform).bookOf(platform.db, portfolio);
    expect(shownLots(book)).toEqual(shownLots(fresh.book)); // moved forward or built anew: the same book
    return shownLots(book);
  };
  const shownLots = (book: Book): string[] =>
    [...book.positions.values()]
      .flatMap(({ instrumentId, lots }) => openLotsOf(lots).map((lot) => `${names.get(instrumentId)} ${lotText(lot)}`))
      .toSorted();
  const lotText = ({ quantity: held, openedOn, cost }: Lot): string =>
    `${held.toString()} of ${openedOn} cost ${cost.toString()}`;
  const names = new Map<string, string>();
  let shelf: BookShelf;
  beforeAll(() => void (shelf = openBookShelf(platform)));
  const rememberNames = async (): Promise<void> => {
    const { rows } = await sql<{ id: string }>`select distinct unnest(array[instrument_id, to_instrument_id]) as id
      from portfolios_events where workspace_id = ${workspaceId}`.execute(platform.db.tables());
    const ids = rows.map(({ id }) => id).filter(Boolean);
    for (const [id, { symbol }] of await findInstruments(platform.db, workspaceId, ids)) names.set(id, symbol ?? '');
  };
  const traspaso = (
    day: string,
    from: InstrumentDraft,
    to: InstrumentDraft,
    units: string,
    arrive: string,
  ): LedgerEventDraft =>
    draft('traspaso', day, { instrument: from, toInstrument: to, quantity: dec(units), toQuantity: dec(arrive) });
  const fund = (letter: string): InstrumentDraft => ({ ...ACME, symbol: `FND${letter}`, name: `Fondo ${letter}` });

  test('every type is stored, read back the same, and known when it comes again', async () => {
    const batch = [
      buy('2026-01-02', '10'),
      draft('bonus', '2026-01-03', { instrument: ACME, quantity: dec('10') }),
      draft('return_of_capital', '2026-01-04', { instrument: ACME, amount: dec('100') }),
      draft('spinoff', '2026-01-05', { instrument: ACME, toInstrument: NEWCO, quantity: dec('4'), amount: dec('300') }),
      draft('merger', '2026-01-06', {
        instrument: ACME,
        toInstrument: FUND,
        quantity: dec('5'),
        amount: dec('150'),
        price: dec('90'),
      }),
      draft('short', '2026-01-07', { instrument: ACME, quantity: dec('3'), price: dec('100') }),
      draft('dividend', '2026-01-08', { instrument: ACME, amount: dec('6') }),
      draft('cover', '2026-01-09', { instrument: ACME, quantity: dec('1'), price: dec('90') }),
      traspaso('2026-01-10', FUND, NEWCO, '5', '2'),
    ];
    expect(await recorded(batch)).toMatchObject({ recorded: batch.length });
    expect(await recorded(batch)).toMatchObject({ recorded: 0, alreadyKnown: batch.length });
    await rememberNames();
    // 1000 - 100 back - 300 spun off = 600, of which the cash is a quarter (150 / 600).
    expect(await positions()).toEqual([
      'ACME -2 of 2026-01-07 cost -200',
      'NEWC 2 of 2026-01-02 cost 450',
      'NEWC 4 of 2026-01-02 cost 300',
    ]);
    const { rows } = await sql<{ amount: string }>`select amount from portfolios_events
      where workspace_id = ${workspaceId} and type = 'dividend'`.execute(platform.db.tables());
    expect(rows.map(({ amount }) => Decimal.from(amount).toString())).toEqual(['-6']);
  });

  test('a back-dated purchase goes through a chain of traspasos, and a reversal takes it out again', async () => {
    await recorded([
      draft('buy', '2026-01-02', { instrument: fund('A'), quantity: dec('10'), price: dec('10') }),
      traspaso('2026-02-02', fund('A'), fund('B'), '10', '20'),
      traspaso('2026-03-02', fund('B'), fund('C'), '10', '5'),
    ]);
    await rememberNames();
    const before = ['FNDB 10 of 2026-01-02 cost 50', 'FNDC 5 of 2026-01-02 cost 50'];
    expect(await positions()).toEqual(before);
    const early = draft('buy', '2026-01-01', { instrument: fund('A'), quantity: dec('5'), price: dec('8') });
    const { eventIds } = await recorded([early]);
    // The older lot goes first: 5 at 8 and 5 at 10 become 20 of B, of which the 10 at 40 go on to C.
    expect(await positions()).toEqual([
      'FNDA 5 of 2026-01-02 cost 50',
      'FNDB 10 of 2026-01-02 cost 50',
      'FNDC 5 of 2026-01-01 cost 40',
    ]);
    expect(await reverse(eventIds[0] ?? '')).toMatchObject({ ok: true });
    expect(await positions()).toEqual(before);
  });

  test('what a later event of the other side takes cannot be reversed, nor a traspaso back-dated from under a sale', async () => {
    const { eventIds } = await recorded([
      draft('buy', '2026-01-02', { instrument: fund('A'), quantity: dec('10'), price: dec('10') }),
      traspaso('2026-02-02', fund('A'), fund('B'), '10', '20'),
      draft('sell', '2026-03-02', { instrument: fund('B'), quantity: dec('20'), price: dec('9') }),
    ]);
    const [bought = '', switched = '', sold = ''] = eventIds;
    expect(await reverse(bought)).toMatchObject({ code: 'reversal_uncovers_sale', details: { operationId: switched } });
    expect(await reverse(switched)).toMatchObject({ code: 'reversal_uncovers_sale', details: { operationId: sold } });
    const tooEarly = traspaso('2026-02-15', fund('B'), fund('C'), '1', '1');
    expect(problemsOf(await record([tooEarly]))).toMatchObject([{ code: 'sells_more_than_held', date: '2026-03-02' }]);
    expect(problemsOf(await record([traspaso('2026-01-03', fund('A'), fund('A'), '1', '1')]))).toMatchObject([
      { code: 'to_same_instrument' },
    ]);
  });

  test('the past can be asked for: by day, and as the ledger was known at an instant', async () => {
    const source = { ...figuresSource(platform), clock: () => Date.parse('2026-06-01T10:00:00Z') };
    const ask = async (query: { asOf?: string; knownAt?: string }) => {
      const portfolio = await findPortfolio(platform.db, { workspaceId, rows: EVERY_ROW, portfolioId });
      const answer = portfolio && (await figuresAsOf(source, portfolio, query));
      if (!answer?.ok) return answer?.code;
      const { positions: held, figures, ledgerVersion } = answer.value;
      return [ledgerVersion, figures.cost, ...held.map(({ name, quantity }) => `${name} ${quantity}`).toSorted()].join(
        ' ',
      );
    };
    await recorded([buy('2026-01-02', '10'), traspaso('2026-02-02', ACME, NEWCO, '10', '20')]);
    const knownThen = new Date(platform.clock()).toISOString();
    platform.time.advance(1000);
    const { eventIds } = await recorded([{ ...buy('2026-01-03', '5'), accountName: 'Otra' }]);
    expect(await ask({ asOf: '2026-01-31' })).toBe('3 1500 Acme 15');
    expect(await ask({ asOf: '2026-02-28' })).toBe('3 1500 Acme 5 Newco 20');
    expect(await ask({ asOf: '2026-02-28', knownAt: knownThen })).toBe('2 1000 Newco 20');
    expect(await reverse(eventIds[0] ?? '')).toMatchObject({ ok: true });
    expect(await ask({ asOf: '2026-02-28' })).toBe('4 1000 Newco 20');
    expect(await ask({ knownAt: '1999-12-31' })).toBe('0 0');
    expect(await ask({ asOf: '2026-02-30' })).toBe('day_not_valid');
    expect(await ask({ asOf: '2026-06-02' })).toBe('day_in_future');
  });

  test('a short sale dated before a dividend that was received is refused: the dividend would change its side', async () => {
    await recorded([
      draft('short', '2026-01-02', { instrument: ACME, quantity: dec('1'), price: dec('100') }),
      draft('cover', '2026-01-03', { instrument: ACME, quantity: dec('1'), price: dec('100') }),
      draft('dividend', '2026-02-01', { instrument: ACME, amount: dec('6') }),
    ]);
    const short = draft('short', '2026-01-20', { instrument: ACME, quantity: dec('2'), price: dec('100') });
    expect(problemsOf(await record([short]))).toMatchObject([{ code: 'dividend_side_differs', date: '2026-02-01' }]);
  });
});

const reverse = (eventId: string) =>
  platform.db.transaction((tx) =>
    reverseEvents(platform, tx, { workspaceId, rows: EVERY_ROW, portfolioId, userId: null, target: { eventId } }),
  );

describe('reversing', () => {
  test('takes an event back, nets its postings to nothing, and lets the same fact be recorded again', async () => {
    const [eventId = ''] = (await recorded([buy('2026-01-02', '10')])).eventIds;
    expect(await reverse(eventId)).toMatchObject({ ok: true, value: [{ eventId }] });
    expect(await liveEvents()).toEqual([]);
    expect(await reverse(eventId)).toMatchObject({ ok: false, code: 'operation_not_found' });
    const { rows } = await sql`select ledger from portfolios_postings where workspace_id = ${workspaceId}
      group by ledger, instrument_id, currency having sum(amount) <> 0`.execute(platform.db.tables());
    expect(rows).toEqual([]);
    expect(await recorded([buy('2026-01-02', '10')])).toMatchObject({ recorded: 1 });
    expect(await liveEvents()).toEqual(['2026-01-02 buy 10']);
  });

  test('refuses to take a purchase from under its sale', async () => {
    const { eventIds } = await recorded([buy('2026-01-02', '10'), sell('2026-02-02', '10')]);
    const [bought = '', sold = ''] = eventIds;
    expect(await reverse(bought)).toMatchObject({
      ok: false,
      code: 'reversal_uncovers_sale',
      details: { operationId: sold },
    });
    expect(await reverse(sold)).toMatchObject({ ok: true });
    expect(await reverse(bought)).toMatchObject({ ok: true });
  });

  test('an import goes back whole and comes again whole', async () => {
    const importId = platform.newId();
    const batch = [buy('2026-01-02', '10'), sell('2026-02-02', '10')];
    await recorded([buy('2026-01-01', '1')]);
    await recorded(batch, importId);
    const undo = () =>
      platform.db.transaction((tx) =>
        reverseImport(platform, tx, { workspaceId, rows: EVERY_ROW, portfolioId, importId, userId: null }),
      );
    expect(await undo()).toMatchObject({ ok: true });
    expect(await liveEvents()).toEqual(['2026-01-01 buy 1']);
    expect(await undo()).toMatchObject({ ok: false, code: 'operation_not_found' });
    expect(await recorded(batch, importId)).toMatchObject({ recorded: 2 });
  });
});

describe('the tables themselves', () => {
  test.each([
    ['update', sql`update portfolios_events set amount = 1`],
    ['delete', sql`delete from portfolios_events`],
    ['delete of postings', sql`delete from portfolios_postings`],
    ['update of postings', sql`update portfolios_postings set amount = 1`],
    ['truncate', sql`truncate portfolios_events cascade`],
  ])('refuse %s', async (_name, statement) => {
    await recorded([buy('2026-01-02', '10')]);
    await expect(statement.execute(platform.db.tables())).rejects.toThrow(/ledger rows are never/);
  });

  test('refuse postings that do not balance', async () => {
    const [eventId = ''] = (await recorded([buy('2026-01-02', '10')])).eventIds;
    const insert = sql`insert into portfolios_postings (event_id, line, workspace_id, ledger, currency, amount)
      values (${eventId}, 90, ${workspaceId}, 'fee', 'EUR', 1)`.execute(platform.db.tables());
    await expect(insert).rejects.toThrow(/off by 1 EUR/);
  });

  test('let a whole workspace go, and only that one', async () => {
    await recorded([buy('2026-01-02', '10')]);
    await platform.db.transaction((tx) => deleteLedgerOfWorkspace(tx, platform.newId()));
    expect(await liveEvents()).toHaveLength(1);
    await platform.db.transaction((tx) => deleteLedgerOfWorkspace(tx, workspaceId));
    expect(await findPortfolio(platform.db, { workspaceId, rows: EVERY_ROW, portfolioId })).toBeNull();
    const { rows } = await sql`select 1 from portfolios_postings where workspace_id = ${workspaceId}`.execute(
      platform.db.tables(),
    );
    expect(rows).toEqual([]);
  });
});
