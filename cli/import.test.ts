/** Goal: `cactus import --dry-run` says what a file would record on stdout, complaints on stderr, and exits as promised. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const SAMPLE = fileURLToPath(new URL('../domains/portfolios/web/operaciones.xlsx', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cactus-cli-import-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cactus(...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, 'import', ...flags],
      { env: { LANG: 'es_ES.UTF-8', NO_COLOR: '1' } },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
  });
}
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

interface Answer {
  readonly version: number;
  readonly counts: Record<string, number>;
  readonly rows: {
    row: number;
    status: string;
    issues: { cell: string | null; message: { es: string } }[];
    operations: { quantity?: string; price?: string }[];
  }[];
}

test('the sample workbook: exit 0, amounts as text', { timeout: 120_000 }, async () => {
  const { code, stdout } = await cactus(SAMPLE, '--dry-run', '--json');
  const answer = JSON.parse(stdout) as Answer;
  expect([code, answer.version, answer.counts]).toEqual([0, 1, { new: 16, skipped: 4, error: 0, operations: 23 }]);
  expect(answer.rows.find((row) => row.row === 5)?.operations[0]).toMatchObject({ quantity: '2.5', price: '1850.4' });
});

test(
  'some rows with errors: exit 6, each with its cell; an answer on the command line settles them',
  { timeout: 120_000 },
  async () => {
    const path = file(
      'a.csv',
      'fecha;tipo;ticker;cantidad;precio\n02/03/2024;compra;BTC;1;1.234\n02/03/2024;regalo;BTC;1;1\n',
    );
    const asked = await cactus(path, '--dry-run');
    expect(asked.code).toBe(6);
    expect(asked.stdout).toContain('✗ CSV E2:');
    const answered = await cactus(path, '--dry-run', '--json', '--decimals', ',');
    expect((JSON.parse(answered.stdout) as Answer).rows[0]?.operations[0]).toMatchObject({ price: '1234' });
  },
);

test('what cannot be read exits 1 with the reason on stderr; wrong usage exits 2', { timeout: 120_000 }, async () => {
  const refused = await cactus(file('b.xlsx', '%PDF-1.7'), '--dry-run');
  expect([refused.code, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toContain('file_is_pdf: Es un PDF');
  expect((await cactus(join(folder, 'nowhere.xlsx'), '--dry-run')).code).toBe(1);
  expect((await cactus(SAMPLE)).code).toBe(2);
  expect((await cactus(SAMPLE, '--dry-run', '--currency', 'eu')).code).toBe(2);
});
