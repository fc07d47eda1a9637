/** Goal: the tax commands answer to the cent without a server, and a simulated sale is what the ledger with that sale says. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const HEAD = 'date,type,account,instrument,quantity,price,currency,amount,fee,tax,fx,to,note,lots';
const BOUGHT = ['2024-01-10,compra,Broker,ACME,40,100,EUR,,,,,,,', '2025-01-10,buy,Broker,ACME,20,130,EUR,,3,,,,,'];
const SOLD = '2025-02-20,sell,Broker,ACME,50,120,EUR,,9,,,,,';
const DIVIDEND = '2025-05-05,dividend,Broker,US0378331005,,,EUR,12,,1.8,,,,';
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cactus-cli-tax-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function ledger(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${[HEAD, ...lines].join('\n')}\n`);
  return path;
}
function cactus(...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'portfolio', ...flags], { env: { NO_COLOR: '1' } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

test('a tax year, and the sale that would have made it', { timeout: 60_000 }, async () => {
  const path = ledger('year.csv', [...BOUGHT, SOLD, DIVIDEND]);
  const year = await cactus('tax', path, '--year', '2025', '--json');
  expect([year.code, year.stderr]).toEqual([0, '']);
  const report = JSON.parse(year.stdout);
  expect(report).toMatchObject({
    jurisdiction: 'ES',
    totals: { gains: { net: '792.8' }, income: { net: '12' }, deferred: '103.3', foreignTax: '1.8' },
    compensation: { base: '804.8' },
    savingsTax: '152.91',
  });
  const sale = ['--instrument', 'ACME', '--quantity', '50', '--price', '120', '--fee', '9', '--date', '2025-02-20'];
  const simulated = await cactus('simulate', ledger('before.csv', [...BOUGHT, DIVIDEND]), ...sale, '--json');
  expect(simulated.code).toBe(0);
  const [fifo] = JSON.parse(simulated.stdout).methods;
  expect(fifo).toMatchObject({
    method: 'fifo',
    gain: '689.5',
    deferred: '103.3',
    after: { gains: '792.8', savingsTax: '152.91' },
  });
});

test(
  'CSV, kinds, losses brought along; what is missing is exit 6, what is not open exit 2',
  { timeout: 60_000 },
  async () => {
    const path = ledger('more.csv', [...BOUGHT, SOLD]);
    const csv = await cactus(
      'tax',
      path,
      '--year',
      '2025',
      '--csv',
      '--kind',
      'ACME=crypto',
      '--carried',
      '2023:gains:100',
    );
    expect(csv.stdout).toContain(
      'ACME,,gains,10,2025-01-10,2025-02-20,1301.50,1198.20,-103.30,-103.30,0.00,0.00,-103.30,0.00',
    );
    expect(csv.stdout).toContain('used,2023,gains,gains,100.00');
    const partial = await cactus(
      'tax',
      ledger('usd.csv', ['2024-01-10,buy,A,X,1,1,USD,,,,0.9,,,', '2025-01-10,dividend,A,X,,,USD,1,,,,,,']),
    );
    expect([partial.code, partial.stderr.trim()]).toEqual([6, 'rate_missing']);
    const closed = await cactus('tax', path, '--method', 'lifo');
    expect([closed.code, closed.stderr.trim()]).toEqual([2, '--method lifo: ES applies fifo.']);
    const tooMany = await cactus(
      'simulate',
      path,
      '--instrument',
      'ACME',
      '--quantity',
      '11',
      '--price',
      '1',
      '--date',
      '2025-06-01',
    );
    expect([tooMany.code, tooMany.stderr.trim()]).toEqual([1, 'sells_more_than_held: ACME']);
  },
);
