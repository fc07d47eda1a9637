/**
 * Demo files: the workbooks and lists of an invented investor, eighteen months of dated operations in three portfolios,
 * at the prices of the simulated market, so that the demo's figures are consistent. Deterministic: the same seed and day
 * give the same bytes. They enter through the same importers as anybody's files.
 */
import { addDays, assert, Decimal, epochDay, type LocalDate, localDate } from '#kernel';
import { type InstrumentKind, simulatedCloses, simulatedEuroRate } from '#markets';
import { writeSpreadsheet, type WrittenCell } from './imports/spreadsheet-write.ts';

export interface DemoFile {
  readonly portfolioName: string;
  readonly fileName: string;
  readonly bytes: Buffer;
}

interface Asset {
  readonly kind: InstrumentKind;
  readonly symbol?: string;
  readonly isin?: string;
  readonly name: string;
  readonly currency: string;
}

const MONTHS = 18;
const CENTS = 2;
const WORLD: Asset = {
  kind: 'fund',
  isin: 'IE00B03HD191',
  name: 'Vanguard Global Stock Index EUR Acc',
  currency: 'EUR',
};
const IWDA: Asset = {
  kind: 'etf',
  symbol: 'IWDA',
  isin: 'IE00B4L5Y983',
  name: 'iShares Core MSCI World',
  currency: 'EUR',
};
const VWCE: Asset = {
  kind: 'etf',
  symbol: 'VWCE',
  isin: 'IE00BK5BQT80',
  name: 'Vanguard FTSE All-World',
  currency: 'EUR',
};
const SAN: Asset = { kind: 'stock', symbol: 'SAN', isin: 'ES0113900J37', name: 'Banco Santander', currency: 'EUR' };
const ITX: Asset = { kind: 'stock', symbol: 'ITX', isin: 'ES0148396007', name: 'Inditex', currency: 'EUR' };
const AAPL: Asset = { kind: 'stock', symbol: 'AAPL', isin: 'US0378331005', name: 'Apple', currency: 'USD' };
const MSFT: Asset = { kind: 'stock', symbol: 'MSFT', isin: 'US5949181045', name: 'Microsoft', currency: 'USD' };
const BTC: Asset = { kind: 'crypto', symbol: 'BTC', name: 'Bitcoin', currency: 'EUR' };
const ETH: Asset = { kind: 'crypto', symbol: 'ETH', name: 'Ethereum', currency: 'EUR' };
const SOL: Asset = { kind: 'crypto', symbol: 'SOL', name: 'Solana', currency: 'EUR' };

/** The demo's files as they would be on `today`. */
export function demoFiles(seed: number, today: LocalDate): DemoFile[] {
  const market = marketOf(seed);
  return [
    { portfolioName: 'Largo plazo', fileName: 'movimientos-largo-plazo.xlsx', bytes: longTermFile(market, today) },
    { portfolioName: 'Dividendos', fileName: 'movimientos-broker.csv', bytes: dividendFile(market, today) },
    { portfolioName: 'Cripto', fileName: 'operaciones-cripto.xlsx', bytes: cryptoFile(market, today) },
  ];
}

type Market = (asset: Asset, on: LocalDate) => Decimal;

function marketOf(seed: number): Market {
  return ({ kind, symbol, isin, name, currency }, on) => {
    const instrument = { kind, key: symbol ?? isin ?? name, currency };
    const close = simulatedCloses(seed, instrument, { from: on, to: on })[0]?.close;
    assert(close, 'demo: the simulated market has a price for every day');
    // The simulator quotes dollars through its own rate; a demo without one would not be a demo.
    assert(currency === 'EUR' || simulatedEuroRate(seed, currency, on), `demo: no rate for ${currency}`);
    return close;
  };
}

/** Working days of each of the last months, oldest first: `day` of the month, moved off weekends. */
function monthlyDays(today: LocalDate, day: number): LocalDate[] {
  const [year = 0, month = 0] = today.split('-').map(Number);
  const days: LocalDate[] = [];
  for (let back = MONTHS; back >= 0; back -= 1) {
    const first = new Date(Date.UTC(year, month - 1 - back, day)).toISOString().slice(0, 10);
    const on = offWeekend(localDate(first));
    if (on < today) days.push(on);
  }
  return days;
}

function offWeekend(date: LocalDate): LocalDate {
  const weekday = (epochDay(date) + 4) % 7; // 1970-01-01 was a Thursday; 0 is Sunday.
  if (weekday === 6) return addDays(date, 2);
  return weekday === 0 ? addDays(date, 1) : date;
}

const figure = (value: Decimal): WrittenCell => ({ number: value.toString() });

/** A monthly savings plan in funds and ETF, kept in a workbook with a title, a note and a total. */
function longTermFile(market: Market, today: LocalDate): Buffer {
  const header: WrittenCell[] = [
    'Fecha',
    'Operación',
    'Cuenta',
    'Nombre',
    'Ticker',
    'ISIN',
    'Clase',
    'Participaciones',
    'Precio',
    'Divisa',
    'Comisión',
    'Nota',
  ];
  const rows: WrittenCell[][] = [];
  const buy = (on: LocalDate, asset: Asset, order: { euros: string; fee: string; account: string }): void => {
    const price = market(asset, on);
    const units = Decimal.from(order.euros).dividedBy(price, asset.kind === 'fund' ? 3 : 0, 'down');
    if (units.sign <= 0) return;
    rows.push([
      { date: on },
      'Compra',
      order.account,
      asset.name,
      asset.symbol ?? null,
      asset.isin ?? null,
      asset.kind === 'fund' ? 'Fondo' : 'ETF',
      figure(units),
      figure(price),
      asset.currency,
      { number: order.fee },
      'Aportación mensual',
    ]);
  };
  for (const on of monthlyDays(today, 5)) buy(on, WORLD, { euros: '600', fee: '0', account: 'MyInvestor' });
  for (const on of monthlyDays(today, 12)) buy(on, IWDA, { euros: '450', fee: '1', account: 'DEGIRO' });
  for (const [index, on] of monthlyDays(today, 20).entries()) {
    if (index % 3 === 0) buy(on, VWCE, { euros: '900', fee: '1', account: 'DEGIRO' });
  }
  const sorted = rows.toSorted((a, b) => dayText(a).localeCompare(dayText(b)));
  return writeSpreadsheet([
    { name: 'Movimientos', rows: [['Plan de ahorro'], [], header, ...sorted] },
    { name: 'Notas', rows: [['Revisar el reparto cada enero']] },
  ]);
}

function dayText(row: readonly WrittenCell[]): string {
  const [first] = row;
  return first && typeof first === 'object' && 'date' in first ? first.date : '';
}

/** A broker's export: semicolons, decimal commas, negative amounts for money out, dollars for the American shares. */
function dividendFile(market: Market, today: LocalDate): Buffer {
  const lines: { on: LocalDate; text: string }[] = [];
  const held = new Map<Asset, Decimal>();
  const add = (on: LocalDate, cells: readonly string[]): void => {
    const [year = '', month = '', day = ''] = on.split('-');
    lines.push({ on, text: [`${day}/${month}/${year}`, ...cells].join(';') });
  };
  const start = monthlyDays(today, 3)[0] ?? today;
  add(start, ['Ingreso', 'DEGIRO', '', '', '', '', '', 'EUR', '15.000,00', '', '']);
  add(start, ['Ingreso', 'Interactive Brokers', '', '', '', '', '', 'USD', '9.000,00', '', '']);
  const orders: readonly (readonly [Asset, string, string, readonly number[]])[] = [
    [SAN, 'DEGIRO', '150', [0, 4, 9]],
    [ITX, 'DEGIRO', '30', [1, 6, 12]],
    [AAPL, 'Interactive Brokers', '6', [2, 8]],
    [MSFT, 'Interactive Brokers', '4', [3, 11]],
  ];
  const days = monthlyDays(today, 17);
  for (const [asset, account, units, months] of orders) {
    for (const on of months.flatMap((index) => days[index] ?? [])) {
      const quantity = Decimal.from(units);
      const price = market(asset, on);
      add(on, [
        'Compra',
        account,
        asset.name,
        asset.symbol ?? '',
        asset.isin ?? '',
        es(quantity),
        es(price),
        asset.currency,
        `-${es(quantity.times(price).rounded(CENTS, 'half-up'))}`,
        '2,00',
        '',
      ]);
      held.set(asset, (held.get(asset) ?? Decimal.zero).plus(quantity));
    }
  }
  addDividends(add, { orders, days, market });
  const saleDay = days[14];
  if (saleDay) {
    const price = market(SAN, saleDay);
    add(saleDay, [
      'Venta',
      'DEGIRO',
      SAN.name,
      'SAN',
      SAN.isin ?? '',
      '100',
      es(price),
      'EUR',
      es(price.times(Decimal.from('100')).rounded(CENTS, 'half-up')),
      '2,00',
      '',
    ]);
  }
  const header = 'Fecha;Operación;Cuenta;Valor;Ticker;ISIN;Títulos;Precio;Divisa;Importe bruto;Comisión;Retención';
  const body = lines.toSorted((a, b) => a.on.localeCompare(b.on)).map(({ text }) => text);
  return Buffer.from(`\uFEFF${[header, ...body].join('\r\n')}\r\n`);
}

/** Each quarter pays 0.9 % of the price on what was held, less 19 % (Spain) or 15 % (treaty) at source. */
function addDividends(
  add: (on: LocalDate, cells: readonly string[]) => void,
  facts: {
    orders: readonly (readonly [Asset, string, string, readonly number[]])[];
    days: readonly LocalDate[];
    market: Market;
  },
): void {
  for (const [asset, account, units, months] of facts.orders) {
    for (let quarter = 5; quarter < facts.days.length; quarter += 3) {
      const on = facts.days[quarter];
      const bought = months.filter((index) => index < quarter).length;
      if (!on || bought === 0) continue;
      const sold = asset === SAN && quarter > 14 ? 100n : 0n;
      const quantity = Decimal.from(units)
        .times(Decimal.of(BigInt(bought)))
        .minus(Decimal.of(sold));
      const gross = quantity.times(facts.market(asset, on)).times(Decimal.from('0.009')).rounded(CENTS, 'half-up');
      const tax = gross.times(Decimal.from(asset.currency === 'EUR' ? '0.19' : '0.15')).rounded(CENTS, 'half-up');
      add(addDays(on, 2), [
        'Dividendo',
        account,
        asset.name,
        asset.symbol ?? '',
        asset.isin ?? '',
        '',
        '',
        asset.currency,
        es(gross),
        '',
        es(tax),
      ]);
    }
  }
}

/** Plain Spanish text of a figure: `1234,5`. */
function es(value: Decimal): string {
  return value.toString().replace('.', ',');
}

/** Coins bought by the month, and a sheet of closed trades with their gain in percent and their staking. */
function cryptoFile(market: Market, today: LocalDate): Buffer {
  const header: WrittenCell[] = [
    'Fecha',
    'Criptomoneda',
    'Ticker',
    'Cantidad',
    'Precio Compra',
    'Dinero Gastado',
    'Exchange',
  ];
  const rows: WrittenCell[][] = [];
  const plan: readonly (readonly [Asset, string, number, number])[] = [
    [BTC, '250', 8, 1],
    [ETH, '150', 15, 2],
    [SOL, '100', 22, 3],
  ];
  for (const [asset, euros, day, every] of plan) {
    for (const [index, on] of monthlyDays(today, day).entries()) {
      if (index % every !== 0) continue;
      const price = market(asset, on);
      const quantity = Decimal.from(euros).dividedBy(price, 8, 'down');
      rows.push([
        { date: on },
        asset.name,
        asset.symbol ?? '',
        figure(quantity),
        { number: price.toString(), style: 'euro' },
        { number: euros, style: 'euro' },
        'Kraken',
      ]);
    }
  }
  const sorted = rows.toSorted((a, b) => dayText(a).localeCompare(dayText(b)));
  return writeSpreadsheet([
    { name: 'Compras', rows: [header, [], ...sorted] },
    { name: 'Histórico', rows: closedTrades(market, today) },
  ]);
}

function closedTrades(market: Market, today: LocalDate): WrittenCell[][] {
  const days = monthlyDays(today, 10);
  const trades: readonly (readonly [Asset, string, number, number, string | null])[] = [
    [ETH, '0.8', 0, 6, '0.011'],
    [SOL, '12', 2, 9, '0.42'],
    [BTC, '0.02', 4, 11, null],
  ];
  const rows = trades.flatMap(([asset, units, from, to, staking]): WrittenCell[][] => {
    const [bought, sold] = [days[from], days[to]];
    if (!bought || !sold) return [];
    const cost = market(asset, bought).times(Decimal.from(units)).rounded(CENTS, 'half-up');
    const proceeds = market(asset, sold).times(Decimal.from(units));
    const gain = proceeds.minus(cost).times(Decimal.from('100')).dividedBy(cost, 1, 'half-up');
    return [
      [
        asset.name,
        asset.symbol ?? '',
        { number: units },
        es(cost),
        { date: bought },
        { date: sold },
        `${es(gain)}%`,
        staking === null ? null : es(Decimal.from(staking)),
        'Kraken',
      ],
    ];
  });
  return [
    ['Criptomoneda', 'Ticker', 'Cantidad', 'Dinero Gastado', 'Compra', 'Venta', 'Ganancia', 'Staking', 'Exchange'],
    ...rows,
  ];
}
