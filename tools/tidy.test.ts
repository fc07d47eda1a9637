/**
 * Goal: the house rules hold on the whole tree, and each rule that tidy claims really catches its violation:
 * every rule is tried on a planted snippet and on its innocent twin.
 */
import { expect, test } from 'vitest';
import { cycleViolations, doorViolations } from './tidy/doors.ts';
import { lockOf, migrationViolations } from './tidy/migrations.ts';
import { readmeViolations, shapeViolations, wordViolations } from './tidy/shape.ts';
import type { SourceFile, Violation } from './tidy/source.ts';
import { sqlViolations } from './tidy/sql.ts';
import { readBoundaries, readMigrationLock, readTree } from './tidy/tree.ts';

const boundaries = { identity: [], markets: ['identity'], portfolios: ['identity', 'markets'] };
const show = ({ path, line, rule, message }: Violation): string => `${path}:${line} ${rule}: ${message}`;

function judge(files: readonly SourceFile[]): Violation[] {
  return [
    ...doorViolations(files, boundaries),
    ...sqlViolations(files),
    ...shapeViolations(files),
    ...wordViolations(files),
    ...readmeViolations(files),
  ];
}

const header = '/** Planted. */\n';
const plant = (path: string, code: string): SourceFile => ({ path, text: /\.tsx?$/.test(path) ? header + code : code });

test('the tree is tidy', () => {
  const files = readTree();
  const violations = [
    ...doorViolations(files, readBoundaries()),
    ...sqlViolations(files),
    ...shapeViolations(files),
    ...wordViolations(files),
    ...readmeViolations(files),
    ...migrationViolations(files, readMigrationLock()),
  ];
  expect(violations.map(show)).toEqual([]);
});

test.each([
  ['doors', 'domains/markets/price.ts', "import { x } from '../identity/user.ts';"],
  ['doors', 'domains/markets/price.ts', "import { x } from '#portfolios';"],
  ['doors', 'domains/markets/price.ts', "const x = await import('../identity/user.ts');"],
  ['doors', 'domains/markets/price.ts', "type X = import('../identity/user.ts').X;"],
  ['doors', 'domains/markets/price.ts', 'const x = await import(name);'],
  ['doors', 'domains/markets/price.ts', "import { x } from './domain.ts';"],
  ['doors', 'domains/markets/price.ts', "import { openTestDatabase } from '#platform/testing';"],
  ['doors', 'platform/http/server.ts', "import { x } from '#markets';"],
  ['doors', 'platform/http/server.ts', "import { x } from '../db/pool.ts';"],
  ['doors', 'kernel/money.ts', "import { x } from 'node:fs';"],
  ['doors', 'kernel/money.ts', "import { z } from 'zod';"],
  ['doors', 'domains/markets/web/alerts.page.tsx', "import { x } from '../alert.store.ts';"],
  ['doors', 'domains/markets/web/alerts.page.tsx', "import { marketsApi } from '../contract.ts';"],
  ['doors', 'domains/markets/web/alerts.page.tsx', "import { readFile } from 'node:fs/promises';"],
  ['doors', 'domains/markets/web/alerts.page.tsx', "import { x } from '#platform/db';"],
  ['doors', 'web/shell/app.tsx', "import { x } from '#markets';"],
  ['doors', 'domains/markets/price.ts', "import { Button } from '#web/ui';"],
  ['doors', 'tools/seed.ts', "import { x } from '../domains/markets/price.ts';"],
  ['foreign table', 'domains/markets/price.store.ts', "db.selectFrom('identity_users')"],
  ['foreign table', 'domains/markets/price.store.ts', 'const q = sql`update portfolios_events set a = 1`;'],
  ['foreign table', 'domains/markets/migrations/0001_prices.sql', 'create table identity_prices (id uuid);'],
  ['sql outside store', 'domains/markets/price.ts', "tx.selectFrom('markets_prices')"],
  ['select star', 'domains/markets/price.store.ts', 'sql`select * from markets_prices`'],
  ['select star', 'domains/markets/price.store.ts', "db.selectFrom('markets_prices').selectAll()"],
  ['file kind', 'domains/markets/price.service.ts', 'export const a = 1;'],
  ['file kind', 'domains/markets/PriceStore.ts', 'export const a = 1;'],
  ['file kind', 'domains/markets/price-helper.ts', 'export const a = 1;'],
  ['file kind', 'domains/markets/prices.sql', 'select 1;'],
  ['file length', 'domains/markets/price.ts', 'export const a = 1;\n'.repeat(400)],
  ['file length', 'main.ts', 'export const a = 1;\n'.repeat(80)],
  ['export star', 'domains/markets/public.ts', "export * from './price.ts';"],
  ['unfinished', 'domains/markets/price.ts', '// FIXME: later'],
  ['unfinished', 'domains/markets/price.ts', '// TODO later'],
  ['hidden input', 'domains/markets/price.ts', 'const atMs = Date.now();'],
  ['hidden input', 'domains/markets/price.ts', 'const now = new Date();'],
  ['hidden input', 'kernel/money.ts', 'const chance = Math.random();'],
  ['float money', 'domains/markets/price.ts', 'export interface Quote { lastPrice: number }'],
  ['float money', 'domains/markets/web/alerts.page.tsx', "const price = parseFloat('1');"],
])('catches %s in %s: %s', (rule, path, code) => {
  expect(judge([plant(path, code)]).map((violation) => violation.rule)).toContain(rule);
});

test('catches a file without a header, a domain without README and an incomplete README', () => {
  expect(judge([{ path: 'kernel/a.ts', text: 'export const a = 1;\n' }]).map(({ rule }) => rule)).toEqual([
    'file header',
  ]);
  const manifest = plant('domains/markets/domain.ts', 'export const markets = 1;');
  expect(judge([manifest]).map(({ rule }) => rule)).toEqual(['readme']);
  const readme = plant('domains/markets/README.md', '# Markets\n## Owns\n');
  expect(judge([manifest, readme]).map(({ rule }) => rule)).toContain('readme');
});

test('leaves innocent code alone', () => {
  const innocent = [
    plant(
      'domains/portfolios/position.ts',
      "import { Decimal } from '#kernel';\nimport { x } from '#markets';\nimport { y } from './lot.ts';",
    ),
    plant('domains/portfolios/lot.store.ts', "// select * is banned\ndb.selectFrom('portfolios_lots').select(['id'])"),
    plant(
      'domains/portfolios/recent.store.ts',
      'sql`with recent_lots as (select id from portfolios_lots) select id from recent_lots`',
    ),
    plant(
      'domains/portfolios/web/lots.page.tsx',
      "import type { portfoliosApi } from '../contract.ts';\nimport type { m } from '#markets/contract';\nimport { Button } from '#web/ui';",
    ),
    plant('domains/portfolios/migrations/0001_lots.sql', 'create table portfolios_lots (id uuid primary key);'),
    plant(
      'platform/http/server.ts',
      "import { z } from 'zod';\nimport { x } from './limits.ts';\nconst atMs = Date.now();",
    ),
    plant('main.ts', "import { markets } from './domains/markets/domain.ts';"),
    plant('domains/portfolios/cost.ts', 'export interface Return { returnRatio: number; priceAgeMs: number }'),
  ];
  expect(judge(innocent).map(show)).toEqual([]);
});

test('catches a cycle and an unknown name in boundaries.json', () => {
  expect(cycleViolations({ a: ['b'], b: ['a'] })).not.toEqual([]);
  expect(cycleViolations({ a: ['ghost'] })).not.toEqual([]);
  expect(cycleViolations(boundaries)).toEqual([]);
});

test('catches a changed, removed, unlocked or misnumbered migration', () => {
  const first = plant('domains/markets/migrations/0001_prices.sql', 'create table markets_prices (id uuid);');
  const lock = lockOf([first]);
  expect(migrationViolations([first], lock)).toEqual([]);
  expect(migrationViolations([{ ...first, text: 'drop table markets_prices;' }], lock)).toHaveLength(1);
  expect(migrationViolations([], lock)).toHaveLength(1);
  expect(migrationViolations([first], {})).toHaveLength(1);
  const skipped = plant('domains/markets/migrations/0003_more.sql', 'select 1;');
  expect(migrationViolations([first, skipped], lockOf([first, skipped]))).toHaveLength(1);
});
