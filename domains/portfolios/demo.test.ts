/** Goal: the demo fills itself through the importers, deterministically, once, with eighteen months that add up. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERY_ROW, localDate } from '#kernel';
import type { Domain } from '#platform/domain';
import { job } from '#platform/jobs';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { identity } from '../identity/domain.ts';
import { markets } from '../markets/domain.ts';
import { fillDemo } from './demo.ts';
import { demoFiles } from './demo-files.ts';
import { portfolios } from './domain.ts';
import { countRows, listImports } from './imports/import.store.ts';
import { listPortfolios } from './portfolio.store.ts';

const stillMarkets: Domain = {
  ...markets,
  jobs: () => [
    job({ name: 'markets.history.backfill', attemptsMax: 1, parse: (payload) => payload, run: async () => undefined }),
  ],
};
let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform([identity, stillMarkets, portfolios]);
});
afterAll(() => platform.close());

test('the same seed and day give the same bytes; another day moves the story along', () => {
  const day = localDate('2026-11-21');
  const bytes = (on: typeof day): string[] => demoFiles(1, on).map((file) => file.bytes.toString('base64'));
  expect(bytes(day)).toEqual(bytes(day));
  expect(bytes(localDate('2026-12-21'))).not.toEqual(bytes(day));
});

test('three portfolios, no row with an error, nothing twice', { timeout: 120_000 }, async () => {
  const order = { workspaceId: randomUUID(), userId: randomUUID(), timeZone: 'Europe/Madrid' };
  const context = { signal: new AbortController().signal, progress: async () => undefined };
  await fillDemo(platform, order, context);
  const first = await listPortfolios(platform.db, { workspaceId: order.workspaceId, rows: EVERY_ROW });
  expect(first.map(({ name }) => name)).toEqual(['Cripto', 'Dividendos', 'Largo plazo']);
  for (const batch of await listImports(platform.db, {
    workspaceId: order.workspaceId,
    rows: EVERY_ROW,
    portfolioId: null,
  })) {
    const counts = await countRows(platform.db, batch.id);
    expect([batch.fileName, batch.status, counts.error, counts.changed, counts.known]).toEqual([
      batch.fileName,
      'confirmed',
      0,
      0,
      0,
    ]);
    expect(counts.recorded).toBeGreaterThan(20);
  }
  await fillDemo(platform, order, context);
  const second = await listPortfolios(platform.db, { workspaceId: order.workspaceId, rows: EVERY_ROW });
  expect(second.map(({ liveEventCount }) => liveEventCount)).toEqual(first.map(({ liveEventCount }) => liveEventCount));
});
