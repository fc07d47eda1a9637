/**
 * Goal: every page says what it knows and no more, whatever the wire does. While answers are under way nothing is called empty; when
 * they fail the page stays, says so and offers to try again; without connection the ribbon is there;
 * without permission the page says who can grant it; in a new workspace nothing is broken. The server is the real one; the wire between
 * it and the browser is bent.
 */
import type { Page, Route } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { axeFaults } from './axe.ts';
import { browserMissingReason } from './browser.ts';
import { BARE_PATHS, PATHS } from './paths.ts';
import { journey } from './stage.ts';
import { goWithin, untilSettled } from './within.ts';

const missing = browserMissingReason();
const TEST_MS_MAX = 240_000;
/** What the frame asks on every page: bent only where the frame itself is looked at. */
const OF_THE_FRAME = ['/api/me', '/api/notifications/unread-count', '/api/notifications'];
const FAILED = {
  status: 500,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'about:blank', title: 'Fault', status: 500, code: 'internal_error' }),
};
/** Words that claim to know that there is nothing. */
const CLAIMS_EMPTY = /Todavía no|Aún no|Nada que|No hay |Ningún |Ninguna|Sin comprobar|Todo en orden|\b0,00\s*€/;

const framed = PATHS.filter((path) => !BARE_PATHS.includes(path));
const isOfPage = (url: string): boolean => !OF_THE_FRAME.includes(new URL(url).pathname);

/** What the page itself says, without menu and top bar. */
const wordsOf = (page: Page): Promise<string> => page.locator('main').innerText();

describe.skipIf(missing !== null)('states of every page', () => {
  const at = journey();
  let pages: readonly string[] = framed;
  beforeAll(async () => {
    pages = [...framed, `/carteras/${(await at.untilDemoIsFull())[0]}`];
  }, TEST_MS_MAX);

  /** A loaded frame whose pages get `answer` for every read of theirs; `asked` is what they asked since it was emptied. */
  async function bent(answer: (route: Route) => Promise<void>) {
    const { page, context, errors } = await at.open('/no-existe');
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    const asked = new Set<string>();
    await page.route('**/api/**', async (route) => {
      const request = route.request();
      if (request.method() !== 'GET' || !isOfPage(request.url())) return route.fallback();
      asked.add(new URL(request.url()).pathname);
      await answer(route);
    });
    return { page, context, errors, asked };
  }

  test(
    'loading: the shape of what comes, words after a second, and nothing is called empty',
    async () => {
      const { page, context, asked } = await bent(() => new Promise(() => undefined));
      const faults: string[] = [];
      for (const path of pages) {
        asked.clear();
        await goWithin(page, path);
        await page.locator('main :is(h1, [data-skeleton])').first().waitFor();
        await page.waitForTimeout(250); // The part that asks is drawn in the frames after the code has come.
        if (asked.size === 0) continue;
        const skeletons = page.locator('main [data-skeleton]');
        const isSaid = (await skeletons.count()) > 0 || /Comprobando|…/.test(await wordsOf(page));
        if (!isSaid) faults.push(`${path}: nothing says that something is under way`);
        const words = await wordsOf(page);
        if (CLAIMS_EMPTY.test(words)) faults.push(`${path}: claims to know: ${CLAIMS_EMPTY.exec(words)?.[0]}`);
        if ((await page.locator('main [role="alert"]').count()) > 0) faults.push(`${path}: an alert while loading`);
      }
      expect(faults).toEqual([]);
      await context.close();
    },
    TEST_MS_MAX,
  );

  test(
    'error: the page stays, says that it failed and offers to try again; nothing is called empty',
    async () => {
      const { page, context, asked } = await bent((route) => route.fulfill(FAILED));
      const faults: string[] = [];
      for (const path of pages) {
        asked.clear();
        await goWithin(page, path);
        await untilFailed(page, () => asked.size > 0);
        if (asked.size === 0) continue;
        const words = await wordsOf(page);
        const isSaid = (await page.locator('main [role="alert"]').count()) > 0 || /No se ha podido/.test(words);
        if (!isSaid) faults.push(`${path}: nothing says that it failed`);
        const canRetry = (await page.locator('main').getByRole('button', { name: 'Reintentar' }).count()) > 0;
        if (!canRetry && path !== '/') faults.push(`${path}: no way to try again`);
        if (CLAIMS_EMPTY.test(words)) faults.push(`${path}: claims to know: ${CLAIMS_EMPTY.exec(words)?.[0]}`);
        await at.look(page, `states-error-${path}`.replaceAll(/[^a-z0-9]+/gi, '-'));
      }
      expect(faults).toEqual([]);
      await context.close();
    },
    TEST_MS_MAX,
  );

  test(
    'offline: the ribbon is on every page and what was read stays, dimmed; it goes when the connection is back',
    async () => {
      const { page, context } = await at.open('/ajustes/acerca');
      await untilSettled(page);
      for (const path of pages) {
        await goWithin(page, path); // Its code and data come while there is a connection.
        await untilSettled(page);
      }
      await context.setOffline(true);
      await page.evaluate(() => globalThis.dispatchEvent(new Event('offline')));
      const ribbon = page.locator('[data-shell][role="status"]').filter({ hasText: 'Sin conexión' });
      await ribbon.waitFor({ timeout: 60_000 }); // A silent socket is asked for an answer before it is given up.
      const faults: string[] = [];
      for (const path of pages) {
        await goWithin(page, path);
        if (!(await ribbon.isVisible())) faults.push(`${path}: no ribbon`);
        if ((await page.locator('h1').count()) === 0) faults.push(`${path}: what was read is gone`);
      }
      expect(faults).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.hasAttribute('data-offline'))).toBe(true);
      expect(await axeFaults(page)).toEqual([]);
      await at.look(page, 'states-offline');
      await context.setOffline(false);
      await ribbon.getByRole('button', { name: 'Reintentar ahora' }).click();
      await ribbon.waitFor({ state: 'detached' });
      await context.close();
    },
    TEST_MS_MAX,
  );

  test(
    'forbidden: a page that is not hers says so and who can grant it; the others stay',
    async () => {
      const { page, context } = await at.open('/no-existe');
      const me = await at.call<Record<string, unknown>>('GET', '/api/me');
      await page.route('**/api/me', (route) => route.fulfill({ json: { ...me, role: 'analyst', permissions: [] } }));
      const shown: string[] = [];
      for (const path of pages) {
        await page.goto(`${at.product.url}${path}`);
        await page.locator('main h1').first().waitFor({ state: 'attached' });
        const words = await wordsOf(page);
        if (!words.includes('No tienes permiso')) continue;
        shown.push(path);
        expect([path, words]).toEqual([path, expect.stringContaining('analista')]);
      }
      expect(await axeFaults(page)).toEqual([]);
      const open = [
        '/',
        '/ajustes',
        '/ajustes/sesiones',
        '/ajustes/seguridad',
        '/ajustes/claves-api',
        '/ajustes/acerca',
        '/ayuda',
        '/ayuda/figures',
        '/no-existe',
      ];
      expect(pages.filter((path) => !shown.includes(path) && !open.includes(path))).toEqual([]);
      await context.close();
    },
    TEST_MS_MAX,
  );

  test(
    'empty: in a new workspace every page says what it is for, accessible and without a complaint',
    async () => {
      const { workspaces } = await at.call<{ workspaces: { id: string; kind: string }[] }>('GET', '/api/me');
      const own = workspaces.find(({ kind }) => kind !== 'demo');
      const { page, context, errors } = await at.open('/ajustes');
      await untilSettled(page);
      await page.evaluate(
        (workspaceId) =>
          fetch('/api/me/workspace', {
            method: 'PUT',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ workspaceId }),
          }),
        own?.id,
      );
      await page.reload();
      const faults: string[] = [];
      for (const path of framed) {
        await goWithin(page, path);
        await untilSettled(page);
        faults.push(...(await axeFaults(page)).map((fault) => `${path}: ${fault}`));
        if (/undefined|NaN|\[object/.test(await wordsOf(page))) faults.push(`${path}: shows what is not there`);
        await at.look(page, `states-empty-${path}`.replaceAll(/[^a-z0-9]+/gi, '-'));
      }
      expect(faults).toEqual([]);
      expect(errors).toEqual([]);
      await context.close();
    },
    TEST_MS_MAX,
  );

  /** Retries of a failed read take seconds: waits until nothing is under way. */
  async function untilFailed(page: Page, hasAsked: () => boolean): Promise<void> {
    await page.locator('main :is(h1, [role="alert"])').first().waitFor();
    await page.waitForTimeout(250);
    if (!hasAsked()) return;
    await page.waitForFunction(
      () =>
        document.querySelector('main [data-skeleton]') === null && !document.body.innerText.includes('Comprobando qué'),
      undefined,
      { timeout: 60_000 }, // Three retries with their pauses, each asked again by every part of the page.
    );
  }
});

if (missing !== null) test(`SKIP states: ${missing}`, ({ skip }) => skip(missing));
