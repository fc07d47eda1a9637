/**
 * Presets as data: the layouts of statements that brokers and exchanges hand out, each from its public column heads. A
 * sample of every one is in the tests; a broker that changes a head falls back to the usual recognition, never to a guess.
 */
import { LEDGER_COLUMNS } from '../exports/operation-line.ts';
import type { Preset, PresetMeaning } from './preset.ts';

/** Our own export: heads are the ledger contract's, and every field is written as the ledger keeps it. */
const CACTUS: Preset = {
  id: 'cactus_ledger',
  broker: 'Cactus',
  document: { es: 'Operaciones exportadas', en: 'Exported operations' },
  heads: ['date', 'type', 'account', 'account_currency', 'instrument_currency', 'to_quantity'],
  columns: Object.fromEntries(LEDGER_COLUMNS.map(([head, field]) => [field, head])),
  decimalMark: '.',
  dayOrder: null,
  rules: { isExact: true },
};

const DEGIRO_QUANTITY = ['Quantity', 'Número', 'Cantidad', 'Numero'];
const DEGIRO_FEES = [
  'Transaction and/or third party fees',
  'Transaction and/or third party costs',
  'Transaction and/or third party fees EUR',
  'Transaction and/or third',
  'Transaction costs',
  'Costes de transacción',
  'Costes de transacción y/o externos',
  'Costes de transacción y/o externos EUR',
  'Costes de transacción y/o terceros',
];

/**
 * Amounts are those of the account (the Value column), because the fee is in its currency too: cost and proceeds are to the
 * cent what the statement says. The price stands in the currency of the market and is not an operation's own.
 */
const DEGIRO: Preset = {
  id: 'degiro_transactions',
  broker: 'DEGIRO',
  document: { es: 'Transacciones (CSV)', en: 'Transactions (CSV)' },
  heads: [
    ['Date', 'Fecha'],
    ['Product', 'Producto'],
    'ISIN',
    DEGIRO_QUANTITY,
    ['Local value', 'Valor local'],
    DEGIRO_FEES,
  ],
  columns: {
    date: ['Date', 'Fecha'],
    name: ['Product', 'Producto'],
    isin: 'ISIN',
    quantity: DEGIRO_QUANTITY,
    amount: ['Value', 'Valor', 'Value EUR', 'Valor EUR'],
    currency: { head: ['Value', 'Valor'], after: 1 },
    fee: DEGIRO_FEES,
  },
  decimalMark: null,
  dayOrder: 'dmy',
  rules: {
    always: 'trade',
    account: 'DEGIRO',
    extraFee: ['AutoFX Fee', 'AutoFX Fee EUR', 'Comisión AutoFX', 'Comisión AutoFX EUR'],
    instrumentCurrency: { head: ['Price', 'Precio'], after: 1 },
  },
};

const IBKR = { broker: 'Interactive Brokers', decimalMark: '.', dayOrder: null } as const;
const IBKR_NAMED = /^(?<symbol>[A-Z0-9.]+(?: [A-Z0-9]+)?) ?\((?<isin>[A-Z]{2}[A-Z0-9]{9}\d)\)/;

const IBKR_SECTIONS: readonly Preset[] = [
  {
    ...IBKR,
    id: 'ibkr_trades',
    document: { es: 'Actividad: operaciones', en: 'Activity: trades' },
    section: 'Trades',
    heads: [
      'DataDiscriminator',
      'Asset Category',
      'Currency',
      'Symbol',
      'Date/Time',
      'Quantity',
      'T. Price',
      'Proceeds',
    ],
    columns: {
      date: 'Date/Time',
      symbol: 'Symbol',
      quantity: 'Quantity',
      price: 'T. Price',
      amount: 'Proceeds',
      currency: 'Currency',
      fee: ['Comm/Fee', 'Comm in EUR', 'Comm in USD'],
    },
    rules: {
      always: 'trade',
      account: 'Interactive Brokers',
      only: [
        { place: 'DataDiscriminator', words: ['Order'] },
        { place: 'Asset Category', words: ['Stocks', 'Bonds', 'Funds', 'Mutual Funds', 'Crypto'] },
      ],
    },
  },
  ...(
    [
      ['ibkr_dividends', 'Dividends', 'dividend', 'Date', 'dividendos', 'dividends'],
      ['ibkr_withholding', 'Withholding Tax', 'signed_tax', 'Date', 'retenciones', 'withholding tax'],
      ['ibkr_fees', 'Fees', 'signed_fee', 'Date', 'comisiones', 'fees'],
      ['ibkr_interest', 'Interest', 'interest', 'Date', 'intereses', 'interest'],
      [
        'ibkr_cash',
        'Deposits & Withdrawals',
        'cash',
        'Settle Date',
        'depósitos y retiradas',
        'deposits and withdrawals',
      ],
    ] as const satisfies readonly (readonly [string, string, PresetMeaning, string, string, string])[]
  ).map(([id, section, always, date, es, en]): Preset => ({
    ...IBKR,
    id,
    document: { es: `Actividad: ${es}`, en: `Activity: ${en}` },
    section,
    heads: ['Currency', date, 'Description', 'Amount'],
    columns: { date, currency: 'Currency', amount: 'Amount', note: 'Description' },
    rules: {
      always,
      account: 'Interactive Brokers',
      ...(always === 'dividend' || always === 'signed_tax' ? { instrumentInNote: IBKR_NAMED } : {}),
    },
  })),
];

const TRADE_REPUBLIC: Preset = {
  id: 'trade_republic_export',
  broker: 'Trade Republic',
  document: { es: 'Exportación de transacciones', en: 'Transaction export' },
  heads: ['datetime', 'date', 'account_type', 'category', 'type', 'asset_class', 'symbol', 'shares', 'transaction_id'],
  columns: {
    date: 'date',
    type: 'type',
    kind: 'asset_class',
    name: 'name',
    symbol: 'symbol',
    quantity: 'shares',
    price: 'price',
    amount: 'amount',
    fee: 'fee',
    tax: 'tax',
    currency: 'currency',
    note: 'description',
  },
  decimalMark: '.',
  dayOrder: null,
  rules: {
    account: 'Trade Republic',
    meanings: [
      [/^(?:buy|savings plan execution|roundup|saveback)$/, 'buy'],
      [/^(?:sell|final maturity|redemption)$/, 'sell'],
      [/^(?:dividend|distribution)$/, 'dividend'],
      [/^interest payment$/, 'interest'],
      [/inbound|inpayment|card transaction|outbound|outpayment|transfer out|transfer in/, 'cash'],
    ],
  },
};

/** Orders of funds: only finished ones happened. A sale is written like a purchase there, so the file is of subscriptions. */
const MYINVESTOR: Preset = {
  id: 'myinvestor_orders',
  broker: 'MyInvestor',
  document: { es: 'Órdenes de fondos', en: 'Fund orders' },
  heads: [
    'Fecha de la orden',
    'ISIN',
    'Importe estimado',
    ['Nº de participaciones', 'Numero de participaciones'],
    'Estado',
  ],
  columns: {
    date: 'Fecha de la orden',
    isin: 'ISIN',
    amount: 'Importe estimado',
    quantity: ['Nº de participaciones', 'Numero de participaciones'],
  },
  decimalMark: ',',
  dayOrder: 'dmy',
  rules: {
    always: 'buy',
    kind: 'fund',
    account: 'MyInvestor',
    only: [{ place: 'Estado', words: ['Finalizada', 'Ejecutada'] }],
  },
};

const BINANCE: Preset = {
  id: 'binance_spot_trades',
  broker: 'Binance',
  document: { es: 'Historial de operaciones al contado', en: 'Spot trade history' },
  heads: ['Date(UTC)', 'Pair', 'Side', 'Price', 'Executed', 'Amount', 'Fee'],
  columns: { date: 'Date(UTC)', type: 'Side', quantity: 'Executed', price: 'Price', amount: 'Amount', fee: 'Fee' },
  decimalMark: '.',
  dayOrder: null,
  rules: {
    hasUnits: true,
    kind: 'crypto',
    account: 'Binance',
    meanings: [
      [/^buy$/, 'buy'],
      [/^sell$/, 'sell'],
    ],
  },
};

const COINBASE: Preset = {
  id: 'coinbase_transactions',
  broker: 'Coinbase',
  document: { es: 'Historial de transacciones', en: 'Transaction history' },
  heads: ['Timestamp', 'Transaction Type', 'Asset', 'Quantity Transacted', 'Subtotal', 'Notes'],
  columns: {
    date: 'Timestamp',
    type: 'Transaction Type',
    symbol: 'Asset',
    quantity: 'Quantity Transacted',
    price: ['Price at Transaction', 'Spot Price at Transaction'],
    currency: ['Price Currency', 'Spot Price Currency'],
    amount: 'Subtotal',
    fee: ['Fees and/or Spread', 'Fees'],
    note: 'Notes',
  },
  decimalMark: '.',
  dayOrder: null,
  rules: {
    kind: 'crypto',
    account: 'Coinbase',
    meanings: [
      [/^(?:advanced? trade )?buy$/, 'buy'],
      [/^(?:advanced? trade )?sell$/, 'sell'],
      // Units that come in are worth what they were that day; where they come from is another account or nobody's money.
      [/^(?:receive|staking income|reward income|rewards income|learning reward|inflation reward)$/, 'transfer_in'],
      [/^send$/, 'transfer_out'],
      [/^(?:exchange |pro )?deposit$/, 'deposit'],
      [/^(?:exchange |pro )?withdrawal$/, 'withdrawal'],
    ],
  },
};

const KRAKEN: Preset = {
  id: 'kraken_trades',
  broker: 'Kraken',
  document: { es: 'Operaciones (trades)', en: 'Trades' },
  heads: ['txid', 'ordertxid', 'pair', 'time', 'type', 'ordertype', 'price', 'cost', 'fee', 'vol'],
  columns: { date: 'time', type: 'type', symbol: 'pair', quantity: 'vol', price: 'price', amount: 'cost', fee: 'fee' },
  decimalMark: '.',
  dayOrder: null,
  rules: {
    isPair: true,
    kind: 'crypto',
    account: 'Kraken',
    meanings: [
      [/^buy$/, 'buy'],
      [/^sell$/, 'sell'],
    ],
  },
};

const REVOLUT: Preset = {
  id: 'revolut_trading',
  broker: 'Revolut',
  document: { es: 'Extracto de inversiones', en: 'Trading account statement' },
  heads: ['Date', 'Ticker', 'Type', 'Quantity', 'Price per share', 'Total Amount', 'Currency', 'FX Rate'],
  columns: {
    date: 'Date',
    type: 'Type',
    symbol: 'Ticker',
    quantity: 'Quantity',
    price: 'Price per share',
    amount: 'Total Amount',
    currency: 'Currency',
  },
  decimalMark: '.',
  dayOrder: null,
  rules: {
    account: 'Revolut',
    kind: 'stock',
    meanings: [
      [/^buy\b/, 'buy'],
      [/^sell\b/, 'sell'],
      [/^dividend$/, 'dividend'],
      [/^dividend tax/, 'signed_tax'],
      [/^return of capital$/, 'return_of_capital'],
      [/^cash top up$/, 'deposit'],
      [/^cash withdrawal$/, 'withdrawal'],
      [/^(?:custody|robo management) fee$/, 'signed_fee'],
      // The units of a split are those that come on top, which is what free units are.
      [/^stock split$/, 'bonus'],
      [/^transfer from revolut/, 'leave_out'],
    ],
  },
};

export const BROKER_PRESETS: readonly Preset[] = [
  CACTUS,
  DEGIRO,
  ...IBKR_SECTIONS,
  TRADE_REPUBLIC,
  MYINVESTOR,
  BINANCE,
  COINBASE,
  KRAKEN,
  REVOLUT,
];
