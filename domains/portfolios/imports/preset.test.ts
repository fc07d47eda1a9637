/** Goal: a statement of a known broker is read as its broker means it: days, units, money, charges and what is no operation. */
import { expect, test } from 'vitest';
import { plannedFrom } from '../exports/read-back.ts';
import type { LedgerEventDraft } from '../ledger-event.ts';
import { BROKER_PRESETS } from './preset-catalogue.ts';
import { marketOf, splitUnit } from './preset-market.ts';

/** One operation as a line that a person can check against the statement. */
function line(draft: LedgerEventDraft): string {
  const { type, date, accountName, instrument, quantity, price, amount, fee, tax, currency } = draft;
  const named = instrument ? (instrument.isin ?? instrument.symbol ?? instrument.name) : '-';
  const figures = [quantity, price, amount, fee, tax].map((figure) => figure?.toString() ?? '-');
  return `${date} ${type} ${accountName} ${named} ${figures.join(' ')} ${currency}`;
}
async function read(...lines: readonly string[]) {
  const rows = await plannedFrom(Buffer.from(lines.join('\n')));
  return {
    operations: rows.flatMap(({ drafts }) => drafts).map(line),
    told: rows.flatMap(({ row, status, issues }) => (status === 'new' ? [] : [`${row} ${status} ${issues[0]?.code}`])),
    drafts: rows.flatMap(({ drafts }) => drafts),
  };
}

test('DEGIRO, English: the account pays in euros for shares in dollars; cost and fee are to the cent', async () => {
  const { operations, told, drafts } = await read(
    'Date,Time,Product,ISIN,Reference exchange,Venue,Quantity,Price,,Local value,,Value,,Exchange rate,Transaction and/or third party fees,,Total,,Order ID',
    '15-01-2024,10:02,APPLE INC,US0378331005,NDQ,XNAS,10,185.50,USD,-1855.00,USD,-1703.40,EUR,1.0890,-2.00,EUR,-1705.40,EUR,a-1',
    '03-02-2024,16:40,APPLE INC,US0378331005,NDQ,XNAS,-4,190.00,USD,760.00,USD,699.10,EUR,1.0871,-2.00,EUR,697.10,EUR,a-2',
  );
  expect(operations).toEqual([
    '2024-01-15 buy DEGIRO US0378331005 10 - 1703.4 2 - EUR',
    '2024-02-03 sell DEGIRO US0378331005 4 - 699.1 2 - EUR',
  ]);
  expect(told).toEqual([]);
  expect(drafts[0]?.instrument).toMatchObject({ name: 'APPLE INC', currency: 'USD' });
});

test('DEGIRO, Spanish with commas, and the newer layout with an AutoFX fee of its own', async () => {
  const spanish = await read(
    'Fecha,Hora,Producto,ISIN,Bolsa de referencia,Centro de ejecución,Número,Precio,,Valor local,,Valor,,Tipo de cambio,Costes de transacción,,Total,,ID Orden',
    '05-03-2024,09:15,INDITEX,ES0148396007,BME,XMAD,25,"41,20",EUR,"-1.030,00",EUR,"-1.030,00",EUR,,"-4,90",EUR,"-1.034,90",EUR,b-1',
  );
  expect(spanish.operations).toEqual(['2024-03-05 buy DEGIRO ES0148396007 25 - 1030 4.9 - EUR']);
  const newer = await read(
    'Date,Time,Product,ISIN,Reference exchange,Venue,Quantity,Price,,Local value,,Value EUR,Exchange rate,AutoFX Fee,Transaction and/or third party fees EUR,Total EUR,Order ID,',
    '20-03-2026,10:00,MICROSOFT CORP,US5949181045,NDQ,XNAS,3,400.00,USD,-1200.00,USD,-1100.55,1.0904,-2.75,-2.00,-1105.30,c-1,',
  );
  expect(newer.operations).toEqual(['2026-03-20 buy DEGIRO US5949181045 3 - 1100.55 4.75 - EUR']);
});

test('Interactive Brokers activity: sections, sums, currency conversions left out and told, dividends with their tax', async () => {
  const { operations, told } = await read(
    'Statement,Header,Field Name,Field Value',
    'Statement,Data,BrokerName,Interactive Brokers',
    'Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,C. Price,Proceeds,Comm/Fee,Basis,Realized P/L,MTM P/L,Code',
    'Trades,Data,Order,Stocks,USD,MSFT,"2024-01-05, 10:31:02","1,000",370.5,371,-370500,-5.25,370505.25,0,500,O',
    'Trades,Data,ClosedLot,Stocks,USD,MSFT,2024-01-05,10,370.5,,,,3705,,,',
    'Trades,SubTotal,,Stocks,USD,MSFT,,1000,,,-370500,-5.25,370505.25,0,500,',
    'Trades,Data,Order,Stocks,USD,MSFT,"2024-02-06, 15:00:00",-400,380,380,152000,-2.1,-148202.1,3795.8,0,C',
    'Trades,Data,Order,Forex,USD,EUR.USD,"2024-01-04, 09:00:00",10000,1.09,,-10900,-2,,,0,',
    'Dividends,Header,Currency,Date,Description,Amount',
    'Dividends,Data,USD,2024-03-14,MSFT(US5949181045) Cash Dividend USD 0.75 per Share (Ordinary Dividend),450',
    'Dividends,Data,Total,,,450',
    'Withholding Tax,Header,Currency,Date,Description,Amount,Code',
    'Withholding Tax,Data,USD,2024-03-14,MSFT(US5949181045) Cash Dividend USD 0.75 per Share - US Tax,-67.5,',
    'Deposits & Withdrawals,Header,Currency,Settle Date,Description,Amount',
    'Deposits & Withdrawals,Data,USD,2024-01-02,Electronic Fund Transfer,400000',
    'Fees,Header,Subtitle,Currency,Date,Description,Amount',
    'Fees,Data,Other Fees,USD,2024-02-03,Market data,-4.5',
    'Interest,Header,Currency,Date,Description,Amount',
    'Interest,Data,USD,2024-02-05,USD Credit Interest for Jan-2024,12.34',
  );
  expect(operations).toEqual([
    '2024-01-05 buy Interactive Brokers MSFT 1000 370.5 370500 5.25 - USD',
    '2024-02-06 sell Interactive Brokers MSFT 400 380 152000 2.1 - USD',
    '2024-03-14 dividend Interactive Brokers US5949181045 - - 450 - - USD',
    '2024-03-14 tax Interactive Brokers US5949181045 - - 67.5 - - USD',
    '2024-01-02 deposit Interactive Brokers - - - 400000 - - USD',
    '2024-02-03 fee Interactive Brokers - - - 4.5 - - USD',
    '2024-02-05 interest Interactive Brokers - - - 12.34 - - USD',
  ]);
  expect(told).toEqual(['5 skipped preset_left_out', '8 skipped preset_left_out', '11 skipped total_row']);
});

test('Trade Republic: trades, dividends and cash by their words; a word it does not have is an error of its row', async () => {
  const { operations, told } = await read(
    'datetime,date,account_type,category,type,asset_class,name,symbol,shares,price,amount,fee,tax,currency,original_amount,original_currency,fx_rate,description,transaction_id,counterparty_name,counterparty_iban,payment_reference,mcc_code',
    '2025-05-02T08:00:00.1Z,2025-05-02,DEFAULT,CASH,CUSTOMER_INPAYMENT,,,,,,1000.00,,,EUR,,,,,t1,,,,',
    '2025-05-05T08:00:00.1Z,2025-05-05,DEFAULT,TRADING,BUY,FUND,Core MSCI World,IE00B4L5Y983,5.5,100.00,-550.00,-1.00,,EUR,,,,,t2,,,,',
    '2025-06-05T08:00:00.1Z,2025-06-05,DEFAULT,CASH,DIVIDEND,FUND,Core MSCI World,IE00B4L5Y983,,,3.21,,-0.61,EUR,,,,,t3,,,,',
    '2025-07-01T08:00:00.1Z,2025-07-01,DEFAULT,CASH,INTEREST_PAYMENT,,,,,,1.5,,,EUR,,,,,t4,,,,',
    '2025-07-03T08:00:00.1Z,2025-07-03,DEFAULT,CASH,CARD_TRANSACTION,,,,,,-20.00,,,EUR,,,,,t5,,,,',
    '2025-07-04T08:00:00.1Z,2025-07-04,DEFAULT,CORPORATE_ACTION,SPIN_OFF,STOCK,X,US0378331005,1,,,,,EUR,,,,,t6,,,,',
  );
  expect(operations).toEqual([
    '2025-05-02 deposit Trade Republic - - - 1000 - - EUR',
    '2025-05-05 buy Trade Republic IE00B4L5Y983 5.5 100 550 1 - EUR',
    '2025-06-05 dividend Trade Republic IE00B4L5Y983 - - 3.21 - 0.61 EUR',
    '2025-07-01 interest Trade Republic - - - 1.5 - - EUR',
    '2025-07-03 withdrawal Trade Republic - - - 20 - - EUR',
  ]);
  expect(told).toEqual(['7 error type_unknown']);
});

test('MyInvestor: finished orders of funds; the others did not happen', async () => {
  const { operations, told } = await read(
    'Fecha de la orden;ISIN;Importe estimado;Nº de participaciones;Estado',
    '01/02/2024;IE00BYX5NX33;100 EUR;7,226;Finalizada',
    '01/03/2024;IE00BYX5NX33;1.250,50 EUR;90,1;Finalizada',
    '01/04/2024;IE00BYX5NX33;100 EUR;;Rechazada',
  );
  expect(operations).toEqual([
    '2024-02-01 buy MyInvestor IE00BYX5NX33 7.226 - 100 - - EUR',
    '2024-03-01 buy MyInvestor IE00BYX5NX33 90.1 - 1250.5 - - EUR',
  ]);
  expect(told).toEqual(['4 skipped preset_left_out']);
});

test('Binance: units behind figures; a fee in the coin is not received, one in another coin is told', async () => {
  const { operations, told, drafts } = await read(
    '"Date(UTC)","Pair","Side","Price","Executed","Amount","Fee"',
    '"2026-01-10 22:09:34","BTCEUR","BUY","77700.0000000000","0.0080100000BTC","622.37700000EUR","0.0000080100BTC"',
    '"2026-01-11 02:49:13","BTCEUR","SELL","77950.0000000000","0.0080000000BTC","623.60000000EUR","0.6236000000EUR"',
    '"2026-01-12 02:49:13","ETHUSDT","BUY","3000","0.5ETH","1,500USDT","0.0004BNB"',
  );
  expect(operations).toEqual([
    '2026-01-10 buy Binance BTC 0.00800199 - 622.377 - - EUR',
    '2026-01-11 sell Binance BTC 0.008 - 623.6 0.6236 - EUR',
    '2026-01-12 buy Binance ETH 0.5 - 1500 - - USDT',
  ]);
  expect([told, drafts[0]?.instrument?.kind]).toEqual([[], 'crypto']);
});

test('Coinbase: a preamble, symbols before figures, units that come and go', async () => {
  const { operations, told } = await read(
    'Transactions',
    'User,Ana,123',
    'ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,Total (inclusive of fees and/or spread),Fees and/or Spread,Notes',
    'x1,2024-03-01 10:00:00 UTC,Buy,ETH,2,EUR,"€2,000.00","€4,000.00","€4,010.00",€10.00,Bought 2 ETH',
    'x2,2024-03-05 10:00:00 UTC,Staking Income,ETH,0.001,EUR,"€2,100.00",€2.10,€2.10,€0.00,',
    'x3,2024-04-01 10:00:00 UTC,Send,ETH,0.5,EUR,"€2,200.00","€1,100.00","€1,100.00",€0.00,Sent',
    'x4,2024-04-02 10:00:00 UTC,Convert,ETH,0.5,EUR,"€2,200.00","€1,100.00","€1,100.00",€0.00,Converted to BTC',
    'x5,2024-04-03 10:00:00 UTC,Deposit,EUR,500,EUR,€1.00,€500.00,€500.00,€0.00,',
  );
  expect(operations).toEqual([
    '2024-03-01 buy Coinbase ETH 2 2000 4000 10 - EUR',
    '2024-03-05 transfer_in Coinbase ETH 0.001 2100 2.1 - - EUR',
    '2024-04-01 transfer_out Coinbase ETH 0.5 - - - - EUR',
    '2024-04-03 deposit Coinbase - - - 500 - - EUR',
  ]);
  expect(told.at(-1)).toBe('7 error type_unknown');
});

test('Kraken: markets by their old and new names', async () => {
  const { operations } = await read(
    '"txid","ordertxid","pair","time","type","ordertype","price","cost","fee","vol","margin","misc","ledgers"',
    '"T1","O1","XXBTZEUR","2024-01-05 10:00:00.1234","buy","limit","40000.1","400.001","0.64","0.01","0.0","","L1,L2"',
    '"T2","O2","ADA/EUR","2024-01-06 10:00:00.1234","sell","limit","0.5","50","0.08","100","0.0","",""',
  );
  expect(operations).toEqual([
    '2024-01-05 buy Kraken BTC 0.01 40000.1 400.001 0.64 - EUR',
    '2024-01-06 sell Kraken ADA 100 0.5 50 0.08 - EUR',
  ]);
  expect(marketOf('XETHXXBT')).toEqual({ traded: 'ETH', paidIn: 'BTC' });
  expect([marketOf('SOLUSDT'), marketOf('USDT'), splitUnit('1,500.5USDT')?.unit, splitUnit('12.5')]).toEqual([
    { traded: 'SOL', paidIn: 'USDT' },
    null,
    'USDT',
    null,
  ]);
});

test('Revolut: trading statement with money words before figures; the rate column is no rate of the account', async () => {
  const { operations, told, drafts } = await read(
    'Date,Ticker,Type,Quantity,Price per share,Total Amount,Currency,FX Rate',
    '2024-11-01T14:00:00.000Z,,CASH TOP-UP,,,USD 8000,USD,1.0850',
    '2024-11-01T14:30:00.000Z,MSTR,BUY - MARKET,19.68,$381.50,"$7,507.92",USD,1.0850',
    '2024-12-15T10:00:00.000Z,MSTR,DIVIDEND,,,USD 1.46,USD,1.07',
    '2024-12-16T10:00:00.000Z,,CUSTODY FEE,,,-USD 1.00,USD,1.07',
    '2025-01-15T10:00:00.000Z,MSTR,STOCK SPLIT,19.68,,USD 0,USD,1.07',
    '2025-02-15T10:00:00.000Z,MSTR,SELL - LIMIT,10,$200,"$2,000.00",USD,1.07',
    '2025-02-16T10:00:00.000Z,,TRANSFER FROM REVOLUT TRADING LTD TO REVOLUT SECURITIES EUROPE UAB,,,USD 0,USD,1.07',
  );
  expect(operations).toEqual([
    '2024-11-01 deposit Revolut - - - 8000 - - USD',
    '2024-11-01 buy Revolut MSTR 19.68 381.5 7507.92 - - USD',
    '2024-12-15 dividend Revolut MSTR - - 1.46 - - USD',
    '2024-12-16 fee Revolut - - - 1 - - USD',
    '2025-01-15 bonus Revolut MSTR 19.68 - - - - USD',
    '2025-02-15 sell Revolut MSTR 10 200 2000 - - USD',
  ]);
  expect(told).toEqual(['8 skipped preset_left_out']);
  expect(drafts.every(({ fx }) => fx === undefined)).toBe(true);
});

test('presets have ids of their own, and name brokers people know', () => {
  const ids = BROKER_PRESETS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(BROKER_PRESETS.map(({ broker }) => broker)).size).toBeGreaterThanOrEqual(9);
});
