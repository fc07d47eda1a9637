/**
 * Goal: files as people keep them become exactly the operations they mean; every row is accounted for; the same fact
 * has the same key in any file; nothing undecidable is guessed.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assert, localDate } from '#kernel';
import { ISSUE_CODES, issueWords } from './issue.ts';
import { type ImportMapping, proposeMapping } from './mapping.ts';
import { outlineOf } from './outline.ts';
import { planRows } from './plan.ts';
import { draftFromJson, type PlannedRow } from './planned-row.ts';
import { readSheets } from './reading.ts';
import { sampleWorkbook } from './sample-workbook.ts';
import type { Workbook } from './sheet.ts';
import { writeSpreadsheet, type WrittenCell } from './spreadsheet-write.ts';

const defaults = { today: localDate('2026-11-21'), currency: 'EUR', accountName: 'Principal' };
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cactus-plan-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(bytes: Buffer | string, name = 'a.xlsx'): Promise<Workbook> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const outcome = await readSheets(path);
  assert(outcome.ok, `refused ${JSON.stringify(outcome)}`);
  return outcome.value;
}

async function plan(
  bytes: Buffer | string,
  options: { name?: string; change?: (mapping: ImportMapping) => ImportMapping } = {},
) {
  const workbook = await read(bytes, options.name ?? (typeof bytes === 'string' ? 'a.csv' : 'a.xlsx'));
  const proposal = proposeMapping(workbook);
  const mapping = options.change ? options.change(proposal.mapping) : proposal.mapping;
  const rows = [...planRows(workbook, mapping, defaults)];
  return { rows, outline: outlineOf(workbook, { ...proposal, mapping, defaults }), proposal };
}

const eventText = (row: PlannedRow): string =>
  row.drafts
    .map(({ type, date, instrument, quantity, amount, price, currency, fee, manualPrice }) =>
      [
        type,
        date,
        instrument?.isin ?? instrument?.symbol ?? instrument?.name,
        quantity,
        price && `@${price.toString()}`,
        amount && `=${amount.toString()}`,
        currency,
        fee && `fee ${fee.toString()}`,
        manualPrice && `worth ${manualPrice.price.toString()}`,
      ]
        .filter(Boolean)
        .map(String)
        .join(' '),
    )
    .join(' + ');
const codes = (row: PlannedRow): string =>
  row.issues.map((entry) => `${entry.code}${entry.cell ? `@${entry.cell}` : ''}`).join(' ');
const told = (rows: readonly PlannedRow[]): string[] =>
  rows.map(
    (row) =>
      `${row.sheet.trim()} ${row.row} ${row.status}: ${[eventText(row), codes(row)].filter(Boolean).join(' | ')}`,
  );

test('the sample workbook becomes the operations it means, and says everything it left out', async () => {
  const { rows, outline } = await plan(sampleWorkbook());
  expect(told(rows)).toMatchInlineSnapshot(`
    [
      "Operaciones 1 skipped: above_table",
      "Operaciones 4 new: opening 2026-11-21 BTC 0.35 @38500 =13475 EUR",
      "Operaciones 5 new: opening 2026-11-21 ETH 2.5 @1850.4 =4626 EUR",
      "Operaciones 6 new: opening 2026-11-21 SOL 40 @92.15 =3686 EUR",
      "Operaciones 8 new: opening 2026-11-21 ADA 3200 @0.4215 =1348.8 EUR",
      "Operaciones 9 new: opening 2026-11-21 LINK 120 @13.2 =1584 EUR",
      "Operaciones 10 skipped: quantity_zero@D10",
      "Operaciones 12 skipped: total_row total_matches@F12",
      "Inversiones 3 new: opening 2026-11-21 IE00B03HD191 362.41 =12000 EUR worth 43.709058800806 | value_as_manual_price@E3",
      "Inversiones 4 new: opening 2026-11-21 IE00B4L5Y983 124 =8450.25 EUR worth 88 | value_as_manual_price@E4",
      "Inversiones 5 new: opening 2026-11-21 ES0144580Y14 300 =3120 EUR worth 14.2 | value_as_manual_price@E5",
      "Inversiones 6 new: opening 2026-11-21 AAPL 15 =2310.8 EUR worth 198.3 | value_as_manual_price@E6",
      "Inversiones 7 new: opening 2026-11-21 Plan Naranja 2050 1 =6000 EUR worth 6845.3 | kept_as_one_unit value_as_manual_price@E7",
      "Inversiones 8 new: opening 2026-11-21 =5000 EUR",
      "Inversiones 9 skipped: total_row total_matches@D9 total_matches@E9",
      "Histórico 2 new: buy 2023-01-16 BTC 0.12 =2400 EUR + sell 2024-03-05 BTC 0.12 =5959.2 EUR | proceeds_derived@G2",
      "Histórico 3 new: buy 2023-04-14 ETH 1.8 =2950 EUR + transfer_in 2024-03-12 ETH 0.043 =0 EUR + sell 2024-03-12 ETH 1.843 =5787.9 EUR | staking_in_kind@H3 proceeds_derived@G3",
      "Histórico 4 new: buy 2023-05-03 ATOM 150 =1620 EUR + transfer_in 2023-12-28 ATOM 9.75 =0 EUR + sell 2023-12-28 ATOM 159.75 =1483.92 EUR | staking_in_kind@H4 proceeds_derived@G4",
      "Histórico 5 new: buy 2023-10-02 AVAX 60 =1044.5 EUR + sell 2024-03-18 AVAX 60 =3280.7745 EUR | proceeds_derived@G5",
      "Histórico 6 new: buy 2023-02-21 MATIC 2000 =1520 EUR + sell 2024-01-09 MATIC 2000 =1472.88 EUR | proceeds_derived@G6",
    ]
  `);
  expect(
    outline.sheets.map(
      ({ name, layout, isIncluded, notes }) =>
        `${name.trim()}: ${layout} ${isIncluded} ${notes.map(({ code }) => code).join(' ')}`,
    ),
  ).toMatchInlineSnapshot(`
    [
      "Operaciones: operations true date_assumed",
      "Inversiones: investments true date_assumed currency_assumed",
      "Histórico: history true currency_assumed",
      "Apuntes: null false sheet_without_header",
      "Cálculos: operations false sheet_hidden",
    ]
  `);
});

test('every row that holds anything is accounted for', async () => {
  const workbook = await read(sampleWorkbook());
  const { rows, outline } = await plan(sampleWorkbook());
  for (const sheet of workbook.sheets) {
    const isIncluded = outline.sheets.find(({ name }) => name === sheet.name)?.isIncluded;
    if (!isIncluded) continue;
    const headerRows = sheet.name.startsWith('Inversiones') ? 2 : 1;
    expect(rows.filter((row) => row.sheet === sheet.name).length).toBe(sheet.rows.length - headerRows);
  }
});

test('the same operations in another file, order and day of import have the same keys', async () => {
  const list = [
    '2024-01-02;compra;BTC;0,5;20.000,00;EUR',
    '2024-01-02;compra;BTC;0,5;20.000,00;EUR',
    '2024-02-03;venta;BTC;0,25;30.000,00;EUR',
  ];
  const csv = `fecha;tipo;ticker;cantidad;precio;divisa\n${list.join('\n')}\n`;
  const english =
    'Date,Type,Symbol,Quantity,Price,Currency\n02/03/2024,Sell,BTC,0.25,"30,000.00",EUR\n01/02/2024,Buy,BTC,0.50,"20,000.00",EUR\n01/02/2024,Buy,BTC,0.5,"20,000.00",EUR\n2024-12-31,dividend,X,1,,EUR\n';
  const keysOf = (rows: readonly PlannedRow[]) =>
    rows.flatMap((row) => row.drafts.map((draft) => draft.idempotencyKey)).toSorted((a, b) => a.localeCompare(b));
  const first = await plan(csv);
  const second = await plan(english, {
    change: (mapping) => ({ ...mapping, sheets: mapping.sheets.map((sheet) => ({ ...sheet, dayOrder: 'mdy' })) }),
  });
  expect(keysOf(first.rows)).toHaveLength(3);
  expect(new Set(keysOf(first.rows)).size).toBe(3);
  expect(keysOf(second.rows)).toEqual(keysOf(first.rows));
});

test.each([
  [
    'the ledger file',
    'date,type,account,instrument,quantity,price,currency,amount,fee,tax,fx,to,note\n2024-01-02,buy,Main,ACME,10,100.00,EUR,,1.00,,,,first\n2024-02-01,dividend,Main,ACME,,,EUR,12.5,,2.4,,,\n2024-03-01,split,Main,ACME,7:3,,EUR,,,,,,\n2024-03-02,deposit,Main,,,,EUR,500,,,,,\n',
    [
      'buy 2024-01-02 ACME 10 @100 EUR fee 1',
      'dividend 2024-02-01 ACME =12.5 EUR',
      'split 2024-03-01 ACME EUR',
      'deposit 2024-03-02 =500 EUR',
    ],
  ],
  [
    'a Spanish broker',
    'Fecha operación;Operación;Valor;ISIN;Títulos;Precio;Divisa;Importe bruto;Comisión;Importe neto\n03/01/2024;COMPRA;IBERDROLA;ES0144580Y14;100;11,235;EUR;-1.123,50;-2,00;-1.125,50\n15/07/2024;Cobro dividendo;IBERDROLA;ES0144580Y14;;;EUR;35,10;;28,43\n',
    ['buy 2024-01-03 ES0144580Y14 100 @11.235 =1123.5 EUR fee 2', 'dividend 2024-07-15 ES0144580Y14 =35.1 EUR'],
  ],
  [
    'an English broker',
    'Action,Time,ISIN,Ticker,Name,No. of shares,Price / share,Currency (Price / share),Exchange rate,Total (EUR)\nMarket buy,2024-01-03 14:30:01,US0378331005,AAPL,Apple,2.5,185.10,USD,,\nDeposit,2024-01-02 09:00:00,,,,,,,,1000.00\n',
    ['buy 2024-01-03 US0378331005 2.5 @185.1 USD', 'deposit 2024-01-02 =1000 EUR'],
  ],
  [
    'a list without types',
    'Date,Ticker,Shares,Price\n2024-01-03,VWCE,10,100.5\n2024-02-03,VWCE,-4,110.5\n',
    ['buy 2024-01-03 VWCE 10 @100.5 EUR', 'sell 2024-02-03 VWCE 4 @110.5 EUR'],
  ],
])('%s', async (_, csv, expected) => {
  const { rows } = await plan(csv);
  expect(rows.map((row) => eventText(row) || codes(row))).toEqual(expected);
});

test('a column of lots names those a sale takes, and makes it another fact; what it does not say is complained about', async () => {
  const head = 'Fecha;Tipo;Ticker;Cantidad;Precio;Divisa;Lotes';
  const csv = `${head}\n03/03/2024;venta;SAN;6;4,5;EUR;2024-01-02:2,5 2024-02-01:3,5\n04/03/2024;venta;SAN;6;4,5;EUR;los viejos\n`;
  const { rows } = await plan(csv);
  expect(rows[0]?.drafts[0]?.lots?.map(({ openedOn, quantity }) => `${openedOn} ${quantity.toString()}`)).toEqual([
    '2024-01-02 2.5',
    '2024-02-01 3.5',
  ]);
  const [stored] = rows[0]?.drafts ?? [];
  expect(draftFromJson(JSON.parse(JSON.stringify(stored)) as never)).toEqual(stored);
  expect(rows[1]?.issues.map(({ code }) => code)).toEqual(['lots_unreadable']);
  const plain = await plan(csv.replace('2024-01-02:2,5 2024-02-01:3,5', ''));
  expect(plain.rows[0]?.drafts[0]?.idempotencyKey).not.toBe(stored?.idempotencyKey);
});

test('what cannot be decided is asked, not guessed; the answer settles it', async () => {
  const csv = 'fecha;tipo;ticker;cantidad;precio\n02/03/2024;compra;BTC;1;1.234\n';
  const asked = await plan(csv);
  expect(told(asked.rows)).toEqual(['CSV 2 error: figure_ambiguous@E2']);
  expect(asked.outline.sheets[0]?.questions).toEqual(['decimal_mark']);
  const answered = await plan(csv, {
    change: (mapping) => ({
      ...mapping,
      sheets: mapping.sheets.map((sheet) => ({ ...sheet, decimalMark: ',' as const })),
    }),
  });
  expect(told(answered.rows)).toEqual(['CSV 2 new: buy 2024-03-02 BTC 1 @1234 EUR']);
  const english = await plan('Date,Type,Ticker,Quantity,Price\n02/03/2024,buy,BTC,1,12.5\n');
  expect(told(english.rows)).toEqual(['CSV 2 error: day_ambiguous@A2']);
  expect(english.outline.sheets[0]?.questions).toEqual(['day_order']);
});

test('a bad row names its cell and the rest goes on', async () => {
  const { rows } = await plan(
    'fecha;tipo;ticker;cantidad;precio\n31/02/2024;compra;BTC;1;10,5\n01/02/2024;regalo;BTC;1;10,5\n01/02/2024;compra;BTC;uno;10,5\n13/02/2024;compra;BTC;1;\n01/02/2030;compra;BTC;1;10,5\n01/02/2024;compra;;1;10,5\n13/02/2024;compra;BTC;2;10,5\n',
  );
  expect(told(rows)).toEqual([
    'CSV 2 error: day_unreadable@A2',
    'CSV 3 error: type_unknown@B3',
    'CSV 4 error: figure_unreadable@D4',
    'CSV 5 error: amount_missing@H5'.replace('H5', 'A5'),
    'CSV 6 error: day_in_future@A6',
    'CSV 7 error: instrument_missing',
    'CSV 8 new: buy 2024-02-13 BTC 2 @10.5 EUR',
  ]);
});

const table = (...rows: WrittenCell[][]): Buffer => writeSpreadsheet([{ name: 'Historico', rows }]);

test('a bare gain is asked for; percent cells, text and money are understood', async () => {
  const header = ['Nombre', 'Cantidad', 'Inversion', 'Compra', 'Venta', 'Ganancia'];
  const trade = (gain: WrittenCell): WrittenCell[] => [
    'Bitcoin',
    '1',
    '1.000,00',
    { date: '2024-01-02' },
    { date: '2024-02-02' },
    gain,
  ];
  const { rows, outline } = await plan(
    table(
      header,
      trade('21,4%'),
      trade({ number: '0.214', style: 'percent' }),
      trade('214,00 €'),
      trade({ number: '0.214' }),
    ),
  );
  expect(rows.map((row) => row.drafts.at(-1)?.amount?.toString() ?? codes(row))).toEqual([
    '1214',
    '1214',
    '1214',
    'gain_unit_unknown@F5',
  ]);
  expect(outline.sheets[0]?.questions).toEqual(['gain_unit']);
});

test('a history without any money is refused with the reason, never invented', async () => {
  const { rows } = await plan(
    table(
      ['Nombre', 'Compra', 'Venta', 'Ganancia'],
      ['Bitcoin', { date: '2024-01-02' }, { date: '2024-02-02' }, '21,4%'],
    ),
  );
  expect(told(rows)).toEqual(['Historico 2 error: history_amount_missing']);
});

test('drafts survive their journey as JSON', async () => {
  const { rows } = await plan(sampleWorkbook());
  for (const draft of rows.flatMap((row) => row.drafts)) {
    expect(draftFromJson(JSON.parse(JSON.stringify(draft)) as never)).toEqual(draft);
  }
});

test('every issue has its sentence in both languages with the same placeholders', () => {
  const placeholders = (text: string): string[] =>
    (text.match(/\{\w+\}/g) ?? []).toSorted((a, b) => a.localeCompare(b));
  for (const code of ISSUE_CODES) {
    const { es, en } = issueWords({ code, params: new Proxy({}, { get: (_, name) => `{${String(name)}}` }) });
    expect(placeholders(es)).toEqual(placeholders(en));
    expect(es).not.toBe(en);
  }
});

test('files of one shape share a fingerprint; another header changes it', async () => {
  const a = await plan('fecha;tipo;ticker;cantidad;precio\n02/03/2024;compra;BTC;1;1,5\n');
  const b = await plan('Fecha ;TIPO;Ticker;Cantidad;Precio\n12/03/2025;venta;ETH;3;2,5\n');
  const c = await plan('fecha;tipo;ticker;precio;cantidad\n02/03/2024;compra;BTC;1;1,5\n');
  expect(a.proposal.fingerprint).toBe(b.proposal.fingerprint);
  expect(a.proposal.fingerprint).not.toBe(c.proposal.fingerprint);
});

test('the sample file offered to people is the one these tests read', () => {
  const path = fileURLToPath(new URL('../web/operaciones.xlsx', import.meta.url));
  expect(readFileSync(path).equals(sampleWorkbook()), 'run: node tools/sample-workbook.ts').toBe(true);
});
