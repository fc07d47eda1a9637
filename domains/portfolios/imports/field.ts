/**
 * Fields: what a column can mean, per layout, and the words people head it with in Spanish and English (as text keys,
 * without accents). The same word means different things in different layouts: `Compra` is a day in a history and a
 * price in a list of holdings.
 */
import { textKey } from './text-key.ts';

/** How a sheet is organised. */
export const LAYOUTS = ['operations', 'investments', 'history', 'transactions'] as const;
export type Layout = (typeof LAYOUTS)[number];

export const FIELDS = [
  'date',
  'type',
  'account',
  'name',
  'identifier',
  'symbol',
  'isin',
  'kind',
  'sector',
  'quantity',
  'price',
  'currency',
  'amount',
  'net_amount',
  'fee',
  'tax',
  'fx',
  'to',
  'lots',
  'account_currency',
  'instrument_currency',
  'to_quantity',
  'to_symbol',
  'to_isin',
  'to_name',
  'to_kind',
  'to_currency',
  'key',
  'note',
  'cost',
  'value',
  'buy_date',
  'sell_date',
  'sell_price',
  'proceeds',
  'gain',
  'staking',
  'information',
] as const;
export type Field = (typeof FIELDS)[number];

export type FieldKind = 'text' | 'figure' | 'day';

const FIGURE_FIELDS = new Set<Field>([
  'quantity',
  'price',
  'amount',
  'net_amount',
  'fee',
  'tax',
  'fx',
  'to_quantity',
  'cost',
  'value',
  'sell_price',
  'proceeds',
  'gain',
  'staking',
]);
const DAY_FIELDS = new Set<Field>(['date', 'buy_date', 'sell_date']);

export function fieldKind(field: Field): FieldKind {
  if (DAY_FIELDS.has(field)) return 'day';
  return FIGURE_FIELDS.has(field) ? 'figure' : 'text';
}

type Words = Partial<Record<Field, readonly string[]>>;

/** One line per field: words separated by commas. */
const list = (words: string): readonly string[] => words.split(', ');

const NAMES = list(
  'nombre, criptomoneda, cripto, moneda virtual, activo, producto, valor, fondo, empresa, accion, name, asset, coin, product, security, security name, description, descripcion, nombre del activo, nombre del valor',
);
const SYMBOLS = list('ticker, simbolo, symbol, codigo, siglas, par, pair, market');
const QUANTITIES = list(
  'cantidad, unidades, participaciones, titulos, acciones, uds, num titulos, numero de titulos, n titulos, quantity, shares, units, qty, no of shares, volume, vol, cantidad de monedas, numero',
);
const COSTS = list(
  'dinero gastado, dinero invertido, invertido, inversion, coste, coste total, importe invertido, capital invertido, total invertido, gastado, cost, invested, total cost, cost basis, amount invested, money spent, inversion inicial, valor de compra',
);
const COMMON: Words = {
  account: list(
    'cuenta, origen, broker, exchange, plataforma, entidad, banco, wallet, account, source, platform, custodian, cartera',
  ),
  symbol: SYMBOLS,
  isin: list('isin, codigo isin, isin code'),
  identifier: list(
    'ticker or isin, ticker o isin, ticker isin, isin ticker, isin o ticker, instrument, instrumento, identificador',
  ),
  name: NAMES,
  kind: list('tipo, tipo de activo, clase, clase de activo, categoria, asset class, asset type, class, kind, type'),
  sector: list('sector, industria, industry'),
  currency: list('divisa, moneda, currency, ccy, div, currency price share'),
  note: list('nota, notas, comentario, comentarios, observaciones, note, notes, comment, remarks'),
  quantity: QUANTITIES,
};

const WORDS: Readonly<Record<Layout, Words>> = {
  operations: {
    ...COMMON,
    price: list(
      'precio compra, precio de compra, precio medio, precio, precio unitario, pm, compra, compra precio, buy price, average price, avg price, price, purchase price, entry price, precio entrada',
    ),
    cost: COSTS,
    information: list(
      'ath, all time high, maximo historico, take profit, tp, objetivo, target, precio actual, current price, p l, roi',
    ),
  },
  investments: {
    ...COMMON,
    cost: COSTS,
    price: list('precio compra, precio de compra, precio medio, precio medio compra, purchase price, average price'),
    value: list(
      'valor actual, valor de mercado, valoracion, valor hoy, importe actual, current value, market value, value, saldo actual, saldo, valor liquidativo total',
    ),
    information: list('ganancia, rentabilidad, beneficio, peso, gain, return, profit, weight, plusvalia, diferencia'),
  },
  history: {
    ...COMMON,
    buy_date: list(
      'compra, fecha compra, fecha de compra, entrada, fecha entrada, apertura, buy, buy date, bought, purchase date, opened, open date',
    ),
    sell_date: list(
      'venta, fecha venta, fecha de venta, salida, fecha salida, cierre, sell, sell date, sold, sale date, closed, close date',
    ),
    price: list('precio compra, precio de compra, precio entrada, buy price, purchase price, entry price'),
    sell_price: list('precio venta, precio de venta, precio salida, sell price, sale price, exit price'),
    cost: COSTS,
    proceeds: list(
      'importe venta, importe de venta, ingreso venta, recuperado, obtenido, dinero obtenido, valor venta, valor de venta, proceeds, sale value',
    ),
    gain: list(
      'ganancia, ganancia pct, rentabilidad, rentabilidad pct, beneficio, plusvalia, p l, resultado, gain, gain pct, return, profit, roi',
    ),
    staking: list('staking, recompensas, rewards, staking rewards, intereses en especie'),
  },
  transactions: {
    ...COMMON,
    account: list('cuenta, broker, exchange, plataforma, entidad, wallet, account, platform, origen, cartera'),
    kind: list('clase, clase de activo, tipo de activo, categoria, asset class, asset type, kind, tipo activo'),
    date: list(
      'fecha, fecha operacion, fecha de operacion, fecha valor, dia, date, trade date, transaction date, time, date utc, fecha y hora, fecha ejecucion, executed at, timestamp, date time, datetime',
    ),
    type: list(
      'tipo, tipo operacion, tipo de operacion, operacion, movimiento, accion, concepto, type, transaction type, side, action, activity, transaction, orden, compra venta, c v',
    ),
    price: list(
      'precio, precio unitario, cambio, cotizacion, precio ejecucion, price, share price, unit price, price per share, price share, rate, precio compra, avg price, executed price',
    ),
    amount: list(
      'importe, importe bruto, efectivo, bruto, amount, gross amount, gross, value, total bruto, importe operacion, dinero gastado',
    ),
    net_amount: list(
      'importe neto, neto, total, importe total, net amount, net, total amount, liquido, total operacion, amount eur',
    ),
    fee: list(
      'comision, comisiones, gastos, corretaje, fee, fees, commission, charges, costs, transaction costs, gastos y comisiones',
    ),
    tax: list('impuesto, impuestos, retencion, tasa, tax, taxes, withholding tax, withholding'),
    fx: list('fx, tipo de cambio, tipo cambio, exchange rate, fx rate, cambio divisa'),
    to: list('to, destino, hacia, a, target, fondo destino'),
    lots: list('lots, lotes, lote, lots sold, lotes vendidos, tax lots'),
    identifier: list(
      'instrument, instrumento, ticker or isin, ticker o isin, ticker isin, isin ticker, identificador, valor, activo, asset',
    ),
    name: [
      ...NAMES.filter(
        (word) =>
          word !== 'valor' && word !== 'activo' && word !== 'asset' && word !== 'accion' && word !== 'description',
      ),
      'valor nombre',
    ],
    note: [...(COMMON.note ?? []), 'description', 'detalle', 'concepto operacion', 'memo'],
  },
};

/** A header that names a field exactly scores full; one that starts with its words and adds a unit scores a little less. */
export interface FieldMatch {
  readonly field: Field;
  readonly score: number;
}

const EXACT = 10;
const WITH_UNIT = 9;
const BEGINS = 6;
const CURRENCY_WORDS = new Set([
  'eur',
  'usd',
  'gbp',
  'euro',
  'euros',
  'usdt',
  'chf',
  'pct',
  'en',
  'in',
  'dolares',
  'uds',
  'total',
]);

/** The fields a header may mean in a layout, best first. */
export function matchHeader(header: string, layout: Layout): FieldMatch[] {
  const key = textKey(header);
  if (key === '') return [];
  const matches: FieldMatch[] = [];
  for (const [field, words] of Object.entries(WORDS[layout]) as [Field, readonly string[]][]) {
    const score = Math.max(0, ...words.map((word) => headerScore(key, word)));
    if (score > 0) matches.push({ field, score });
  }
  return matches.toSorted((a, b) => b.score - a.score);
}

function headerScore(key: string, word: string): number {
  if (key === word) return EXACT;
  if (!key.startsWith(`${word} `)) return 0;
  const rest = key.slice(word.length + 1).split(' ');
  if (rest.every((part) => CURRENCY_WORDS.has(part))) return WITH_UNIT;
  // `Take profit 1`, `TP2 (40 %)`: numbered targets; one-word starts such as `Valor …` prove too little otherwise.
  if (rest.every((part) => CURRENCY_WORDS.has(part) || /^\d+$/.test(part))) return BEGINS;
  return word.includes(' ') ? BEGINS : 0;
}

/** `TP1`, `TP 2`, `take profit 3`. */
export function isTakeProfit(header: string): boolean {
  return /^(?:tp|take profit) ?\d*(?: |$)/.test(textKey(header));
}

/** What a layout cannot do without: each group needs one of its fields. */
export const REQUIRED: Readonly<Record<Layout, readonly (readonly Field[])[]>> = {
  operations: [
    ['name', 'symbol', 'identifier', 'isin'],
    ['quantity', 'cost'],
    ['price', 'cost'],
  ],
  investments: [
    ['name', 'identifier', 'symbol', 'isin'],
    ['value', 'cost'],
  ],
  history: [['name', 'symbol', 'identifier', 'isin'], ['buy_date'], ['sell_date']],
  transactions: [
    ['date'],
    ['type', 'quantity', 'amount', 'net_amount'],
    ['quantity', 'amount', 'net_amount', 'price', 'fee'],
  ],
};

/** Words of a sheet's own name that speak for a layout. */
export const SHEET_WORDS: Readonly<Record<Layout, readonly string[]>> = {
  operations: ['operaciones', 'operations', 'cripto', 'crypto', 'criptomonedas'],
  investments: ['inversiones', 'investments', 'cartera', 'posiciones', 'portfolio', 'holdings'],
  history: ['historico', 'history', 'historial', 'cerradas', 'closed'],
  transactions: ['movimientos', 'transactions', 'trades', 'transacciones', 'ledger', 'operaciones', 'activity'],
};
