/**
 * Goal: Carteras with 10,000 portfolios in a real browser: a screenful of rows is drawn, the filter and the order reach every one, the
 * keyboard walks to the last, and a live price changes a figure in place without moving what is being read.
 */
import { expect, test } from 'vitest';
import { axeFaults } from '../e2e/axe.ts';
import { mightyOwner, sessionRoutes } from './session-fixture.ts';
import { missingBrowser, SLOW_MS, webStage } from './stage.ts';

const ROW_COUNT = 10_000;
const ROWS_DRAWN_MAX = 120;
const WATCHED = 7_531;

let watchedValue = '7531.25';

/** Their figures are all different, so that an order has one answer. */
function portfolioAt(index: number) {
  const value = index === WATCHED ? watchedValue : `${index}.25`;
  const id = `01975f3c-7a00-7000-8000-${String(index).padStart(12, '0')}`;
  return {
    id,
    name: `Cartera ${String(index).padStart(5, '0')}`,
    baseCurrency: 'EUR',
    version: 1,
    operationCount: 1,
    createdAtMs: 1_763_600_000_000,
    adviser: null,
    client: null,
    figures: {
      currency: 'EUR',
      value,
      valueKnown: value,
      dayChange: '1',
      dayChangeRatio: 0.01,
      isDayChangePartial: false,
      profit: '10',
      gainRatio: 0.1,
      cost: '100',
      unrealised: '10',
      realised: '0',
      income: '0',
      fees: '0',
      taxes: '0',
      netFlows: '100',
      missing: [],
      staleCount: 0,
      simulatedCount: 0,
    },
  };
}

function answer() {
  const items = Array.from({ length: ROW_COUNT }, (_, index) => portfolioAt(index));
  const { missing: _, ...total } = portfolioAt(0).figures;
  return { items, totals: [{ ...total, missingCount: 0 }] };
}

const stage = webStage(() => ({
  ...sessionRoutes(mightyOwner()),
  'GET /api/portfolios': () => ({ body: answer() }),
  'GET /api/portfolio-people': () => ({ body: { advisers: [], clients: [] } }),
}));

test.skipIf(missingBrowser)(
  '10,000 portfolios: drawn a screenful at a time, found, ordered, walked and live',
  async () => {
    const { page, errors } = await stage.open('/carteras');
    const table = page.getByRole('table', { name: 'Carteras' });
    const rows = table.getByRole('row');
    await rows.nth(1).waitFor();
    expect(await table.getAttribute('aria-rowcount')).toBe(String(ROW_COUNT + 1));
    expect(await rows.count()).toBeLessThan(ROWS_DRAWN_MAX);

    await table.getByRole('button', { name: /^Valor/ }).click();
    await expect.poll(() => rows.nth(1).textContent()).toContain('Cartera 09999');
    await rows.nth(1).focus();
    await page.keyboard.press('End');
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent ?? '')).toContain('Cartera 00000');
    expect(await rows.count()).toBeLessThan(ROWS_DRAWN_MAX);

    const filter = page.getByRole('region', { name: 'Carteras' }).getByRole('searchbox');
    await filter.fill(`cartera 0${WATCHED}`);
    await expect.poll(() => rows.count()).toBe(2);
    expect(await rows.nth(1).textContent()).toContain('7.531,25');
    await filter.fill('');
    await expect.poll(() => table.getAttribute('aria-rowcount')).toBe(String(ROW_COUNT + 1));

    // A price moves while somebody reads the middle of the list: the figure changes, the place does not.
    const scroller = page.getByRole('group', { name: 'Carteras' });
    await scroller.evaluate(
      (element, share) => element.scrollTo({ top: element.scrollHeight * share }),
      1 - WATCHED / ROW_COUNT,
    );
    const watched = rows.filter({ hasText: `Cartera 0${WATCHED}` });
    await watched.waitFor();
    await watched.focus();
    const topPx = await scroller.evaluate((element) => element.scrollTop);
    watchedValue = '7531.75';
    for (const socket of stage.server.sockets)
      socket.send(JSON.stringify({ type: 'message', topic: 'markets.prices', data: { prices: [] } }));
    await expect.poll(() => watched.textContent(), { timeout: SLOW_MS / 2 }).toContain('7.531,75');
    expect(await scroller.evaluate((element) => element.scrollTop)).toBe(topPx);
    expect(await watched.evaluate((row) => row === document.activeElement)).toBe(true);
    expect(await rows.count()).toBeLessThan(ROWS_DRAWN_MAX);
    expect(await axeFaults(page)).toEqual([]);

    const seen = await page.evaluate(() => ({
      nodes: document.querySelectorAll('*').length,
      heapMiB: Math.round(
        ((performance as unknown as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? 0) / 2 ** 20,
      ),
    }));
    console.info(`Carteras with ${ROW_COUNT} rows: ${seen.nodes} elements, ${seen.heapMiB} MiB of heap`);
    expect(seen.nodes).toBeLessThan(4_000);
    expect(errors).toEqual([]);
  },
  SLOW_MS * 2,
);

if (missingBrowser) test(`SKIP Carteras with 10,000 rows: ${missingBrowser}`, ({ skip }) => skip(missingBrowser ?? ''));
