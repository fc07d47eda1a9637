/** Goal: the API reference works in a real browser under the strict policy: no violation, no request to anywhere else. */
import { testServer, type TestServer } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identity } from '../../domains/identity/domain.ts';
import { browserMissingReason, launchBrowser } from './browser.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer([identity]);
  server.http.serveDocs({ version: '0.1.0', events: identity.events });
});
afterAll(() => server.close());

test.skipIf(browserMissingReason() !== null)(
  'shows every endpoint, filters them and complains about nothing',
  async () => {
    const { port } = await server.http.listen();
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        if (!/^(?:http:\/\/localhost:\d+\/|data:)/.test(request.url())) complaints.push(`asked ${request.url()}`);
      });
      await page.goto(`http://localhost:${port}/api/docs`);
      const shown = await page.locator('article').count();
      expect(shown).toBe(server.http.endpoints.length + identity.events.length);
      await page.locator('#filter').fill('/api/me');
      await expect.poll(() => page.locator('article:visible').count()).toBeLessThan(shown);
      // Styled at all: the stylesheet was let through.
      const navWidthPx = await page.locator('nav').evaluate((nav) => nav.getBoundingClientRect().width);
      expect(navWidthPx).toBeGreaterThan(200);
      expect(complaints).toEqual([]);
      if (process.env['CACTUS_TEST_SCREENSHOTS'])
        await page.screenshot({ path: process.env['CACTUS_TEST_SCREENSHOTS'] });
    } finally {
      await browser.close();
    }
  },
);
