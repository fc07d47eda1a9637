/** Goal: `cactus portfolio analyse` keeps its stable shape, is exact, and names every line and price it lacks. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cactus-cli-portfolio-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Answer {
  readonly positions: Record<string, string | null>[];
  readonly totals: Record<string, string | null>;
  readonly realised: unknown[];
  readonly performance: { readonly xirr: number | null; readonly twrSeries: (readonly [string, number])[] };
  readonly warnings: { code: string; line: number | null }[];
}

function cactus(...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'portfolio', ...flags], { env: { NO_COLOR: '1' } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}
function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
async function analyse(ledger: readonly string[], prices: readonly string[], ...flags: string[]) {
  const head = 'date,type,account,instrument,quantity,price,currency,amount,fee,tax,fx,to,note';
  const ledgerPath = file('ledger.csv', [head, ...ledger]);
  const pricesPath = file('prices.csv', ['date,instrument,price,currency', ...prices]);
  const run = await cactus('analyse', ledgerPath, '--prices', pricesPath, '--json', ...flags);
  return { ...run, answer: (run.stdout === '' ? {} : JSON.parse(run.stdout)) as Answer };
}

const TRADES = [
  '2025-01-02,compra,Broker,ACME,10,100,EUR,,1,,,,',
  '2025-02-03,sell,Broker,ACME,4,130,EUR,,1,,,,',
  '2025-03-03,dividendo,Broker,ACME,,,EUR,12,,3,,,',
];

test('a clean ledger: exit 0, exact amounts as text, the stable keys', { timeout: 60_000 }, async () => {
  const { code, answer, stderr } = await analyse(TRADES, ['2025-06-30,ACME,150,EUR']);
  expect([code, stderr]).toEqual([0, '']);
  expect(Object.keys(answer)).toEqual(['positions', 'lots', 'realised', 'cash', 'totals', 'performance', 'warnings']);
  const { value, cost, realised, unrealised, income, fees, taxes, netFlows, profit } = answer.totals;
  expect({ value, cost, realised, unrealised, income, fees, taxes, netFlows, profit }).toEqual({
    value: '900',
    cost: '600.6',
    realised: '118.6',
    unrealised: '299.4',
    income: '12',
    fees: '2',
    taxes: '3',
    netFlows: '473',
    profit: '427',
  });
});

test(
  'a period counts what happened in it: profit is the change of value less the new money',
  { timeout: 60_000 },
  async () => {
    const prices = ['2025-01-31,ACME,120,EUR', '2025-06-30,ACME,150,EUR'];
    const { answer } = await analyse(TRADES, prices, '--from', '2025-02-01', '--to', '2025-06-30');
    expect(answer.totals).toMatchObject({
      value: '900',
      realised: '118.6',
      income: '12',
      netFlows: '-528',
      profit: '228',
    });
  },
);

test('what is missing is named and never zero: exit 6', { timeout: 60_000 }, async () => {
  const { code, answer } = await analyse(
    [
      ...TRADES,
      '2025-04-01,buy,Broker,OTHER,1,5,USD,,,,,,',
      '2025-05-01,spinoff,Broker,ACME,1,1,EUR,,,,,,',
      '2025-05-02,sell,Broker,ACME,99,1,EUR,,,,,,',
      'nonsense',
    ],
    ['2025-06-30,ACME,150,EUR'],
  );
  expect([code, answer.totals['value'], answer.totals['profit']]).toEqual([6, null, null]);
  expect(answer.warnings.map(({ code: warning, line }) => [warning, line])).toEqual([
    ['to_missing', 6],
    ['event_type_unknown', 8],
    ['sells_more_than_held', 7],
    ['price_missing', null],
    ['fx_missing', null],
    ['twr_value_unknown', null],
  ]);
});

test('returns and risk of the period, and the method of choosing lots', { timeout: 60_000 }, async () => {
  const ledger = [
    '2024-01-01,deposit,Broker,,,,EUR,2000,,,,,',
    '2024-01-01,buy,Broker,ACME,10,100,EUR,,,,,,',
    '2024-06-30,buy,Broker,ACME,5,120,EUR,,,,,,',
    '2024-12-31,sell,Broker,ACME,5,132,EUR,,,,,,',
  ];
  const prices = ['2024-01-01,ACME,100,EUR', '2024-06-30,ACME,120,EUR', '2024-12-31,ACME,132,EUR'];
  const { answer } = await analyse(ledger, prices, '--method', 'lifo');
  expect(answer.totals).toMatchObject({ realised: '60', profit: '380' });
  // 2000 -> 2200 -> 2380.
  expect(answer.performance).toMatchObject({ twr: expect.closeTo(0.19, 9), xirrStatus: 'unique', maxDrawdown: 0 });
  expect(answer.performance.xirr).toBeCloseTo(0.19, 9); // 2024 has 366 days: 365 after the first.
  expect(answer.performance.twrSeries.at(-1)).toEqual(['2024-12-31', expect.closeTo(0.19, 9)]);
});

test('xirr of a file of flows: a rate, or why there is none', { timeout: 60_000 }, async () => {
  const xirr = async (...lines: string[]): Promise<unknown> =>
    JSON.parse((await cactus('xirr', file('flows.csv', ['date,amount', ...lines]), '--json')).stdout);
  expect(await xirr('2025-01-01,-1000', '2026-01-01,1100')).toMatchObject({
    rate: expect.closeTo(0.1, 12),
    status: 'unique',
    residual: expect.closeTo(0, 6),
  });
  expect(await xirr('2025-01-01,-1000')).toMatchObject({ rate: null, status: 'undefined', residual: -1000 });
});

test('wrong usage exits 2, an unreadable file 1', { timeout: 60_000 }, async () => {
  expect((await analyse(TRADES, [], '--method', 'magic')).code).toBe(2);
  expect((await cactus('analyse', join(folder, 'nowhere.csv'), '--prices', join(folder, 'nowhere.csv'))).code).toBe(1);
});
