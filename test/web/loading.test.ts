/**
 * Goal: the app says what it knows and no more. "All in order" waits for every answer; a long list comes page by page without losing
 * the reader's place; the first time on a device speaks the language of the profile, and a choice made there stays.
 */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { FakeRoutes } from './fake-server.ts';
import { DESKTOP } from '../e2e/browser.ts';
import { OWNER_ME, sessionRoutes } from './session-fixture.ts';
import { missingBrowser, webStage } from './stage.ts';

const ALL_IN_ORDER = 'Todo en orden: nada necesita tu atención.';
const CHECKING = 'Comprobando qué necesita tu atención…';

const stage = webStage();

async function open(path: string): Promise<Page> {
  const { page } = await stage.blank();
  await page.goto(stage.server.url + path);
  return page;
}

function allowed(...permissions: string[]): FakeRoutes {
  return sessionRoutes({ ...OWNER_ME, permissions });
}

function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}

const NO_PROVIDER_TROUBLE = { staleCount: 0, missingCount: 0, quarantinedCount: 0, items: [] };

test.skipIf(missingBrowser)('home says that all is in order only when every part has answered', async () => {
  const slow = gate();
  Object.assign(stage.server.routes, allowed('markets.alert.read'), {
    'GET /api/markets/alert-firings': () => ({ body: { items: [], nextCursor: null } }),
    'GET /api/markets/providers': async () => {
      await slow.passed;
      return { body: NO_PROVIDER_TROUBLE };
    },
  });
  const page = await open('/');
  await page.getByText(CHECKING).waitFor();
  await page.waitForLoadState('load');
  expect(await page.getByText(ALL_IN_ORDER).count()).toBe(0);
  const before = await page.getByRole('heading', { level: 1 }).boundingBox();
  slow.open();
  await page.getByText(ALL_IN_ORDER).waitFor();
  expect(await page.getByText(CHECKING).count()).toBe(0);
  expect(await page.getByRole('heading', { level: 1 }).boundingBox()).toEqual(before);
});

test.skipIf(missingBrowser)('home says so when it could not find out', async () => {
  Object.assign(stage.server.routes, allowed('markets.alert.read'), {
    'GET /api/markets/alert-firings': () => ({ body: { items: [], nextCursor: null } }),
    'GET /api/markets/providers': () => ({ status: 403, body: { code: 'forbidden', title: 'No', status: 403 } }),
  });
  const page = await open('/');
  await page.getByText('No se ha podido comprobar qué necesita tu atención.').waitFor();
  expect(await page.getByText(ALL_IN_ORDER).count()).toBe(0);
});

const PORTFOLIO_ID = '01975f3c-7a00-7000-8000-000000000021';
const OPERATION_COUNT = 230;
const unknownFigures = Object.fromEntries(
  'value dayChange dayChangeRatio profit gainRatio cost unrealised realised income fees taxes netFlows'
    .split(' ')
    .map((name) => [name, null]),
);

const operations = Array.from({ length: OPERATION_COUNT }, (_, index) => ({
  id: `operation-${index + 1}`,
  type: 'deposit',
  date: '2026-01-02',
  accountName: 'Principal',
  instrument: null,
  quantity: null,
  price: null,
  splitRatio: null,
  amount: '1',
  currency: 'EUR',
  note: `Ingreso ${index + 1}`,
  reversedBy: null,
  source: { importId: null, sheet: '', row: 0 },
}));

function portfolioRoutes(): FakeRoutes {
  const figures = {
    ...unknownFigures,
    currency: 'EUR',
    valueKnown: '0',
    isDayChangePartial: false,
    missing: [],
    staleCount: 0,
    simulatedCount: 0,
  };
  const portfolio = { id: PORTFOLIO_ID, name: 'Larga', baseCurrency: 'EUR', version: 1, operationCount: 0, figures };
  const path = `/api/portfolios/${PORTFOLIO_ID}`;
  return {
    ...allowed('portfolios.portfolio.read'),
    [`GET ${path}`]: () => ({ body: { ...portfolio, accounts: [], cash: [], ledgerVersion: 1, firstDate: null } }),
    [`GET ${path}/operations`]: ({ query }) => {
      const from = Number(query.get('cursor') ?? 0);
      const to = from + Number(query.get('limit'));
      const items = operations.slice(from, to);
      return { body: { items, nextCursor: to < OPERATION_COUNT ? String(to) : null } };
    },
  };
}

test.skipIf(missingBrowser)('operations: more pages by keyboard, the filter kept, the place kept', async () => {
  Object.assign(stage.server.routes, portfolioRoutes());
  const page = await open(`/carteras/${PORTFOLIO_ID}?ver=operaciones`);
  await page.getByText('100 operaciones cargadas; hay más.').waitFor();
  await page.getByRole('switch', { name: 'Ver anuladas' }).click();
  const more = page.getByRole('button', { name: 'Cargar más' });
  const list = page.getByRole('group', { name: 'Operaciones' });
  await list.evaluate((element) => element.scrollTo(0, 2_000));
  await more.press('Enter');
  await page.getByText('200 operaciones cargadas; hay más.').waitFor();
  expect(await list.evaluate((element) => element.scrollTop)).toBe(2_000);
  await more.press('Enter');
  const done = page.getByText('230 operaciones: están todas.');
  await done.waitFor();
  await expect.poll(() => done.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await more.count()).toBe(0);
  await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await page.getByText('Ingreso 230', { exact: true }).waitFor();
  const asked = stage.server.calls.filter(({ path }) => path.endsWith('/operations')).map(({ query }) => query);
  expect(asked.slice(-2).map((query) => [query.get('cursor'), query.get('reversed')])).toEqual([
    ['100', 'include'],
    ['200', 'include'],
  ]);
});

test.skipIf(missingBrowser)(
  'an import with newer prices and no new operation can be confirmed and says so',
  async () => {
    const importId = '01975f3c-7a00-7000-8000-000000000031';
    const path = `/api/imports/${importId}`;
    let status = 'previewed';
    const counts = { new: 0, known: 2, repriced: 1, changed: 0, skipped: 0, error: 0, recorded: 0 };
    const detail = () => ({
      id: importId,
      portfolioId: PORTFOLIO_ID,
      fileName: 'operaciones.xlsx',
      status,
      recordedCount: 0,
      createdAtMs: 1,
      confirmedAtMs: null,
      undoneAtMs: null,
      progress: { rowsDone: 3, rowCount: 3 },
      refusal: null,
      counts,
      format: 'xlsx',
      sheets: [],
      mapping: { sheets: [], openingDate: null, accountName: null, currency: null },
    });
    Object.assign(stage.server.routes, allowed('portfolios.import.run', 'portfolios.portfolio.read'), {
      'GET /api/portfolios': () => ({ body: { items: [], totals: [] } }),
      'GET /api/imports': () => ({ body: { items: [detail()] } }),
      [`GET ${path}`]: () => ({ body: detail() }),
      [`GET ${path}/rows`]: () => ({ body: { items: [], nextAfter: null } }),
      [`POST ${path}/confirm`]: () => {
        status = 'confirmed';
        return { status: 202, body: detail() };
      },
    });
    const page = await open(`/importar?importacion=${importId}`);
    await page.getByText('en 1 se actualiza el precio').waitFor();
    await page.getByRole('button', { name: /Confirmar 1 fila/ }).click();
    await page.getByText('Precio actualizado: 1').first().waitFor();
    expect(await page.getByRole('button', { name: 'Deshacer importación' }).count()).toBe(0);
  },
);

test.skipIf(missingBrowser)(
  'the first time on a device speaks as the profile does; a choice made there wins',
  async () => {
    const me = { ...OWNER_ME, user: { ...OWNER_ME.user, locale: 'en' } };
    Object.assign(stage.server.routes, sessionRoutes(me));
    const page = await open('/ajustes');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    const stored = (): Promise<unknown> =>
      page.evaluate(() => JSON.parse(localStorage.getItem('cactus.preferences') ?? 'null') as unknown);
    expect(await stored()).toMatchObject({ language: 'en', numberLocale: 'en-GB' });
    await page.getByRole('combobox', { name: 'Language' }).click();
    await page.getByRole('option', { name: 'Español' }).click();
    await page.getByRole('heading', { level: 1, name: 'Ajustes' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Ajustes' }).waitFor();
    expect(await stored()).toMatchObject({ language: 'es', numberLocale: 'en-GB' });
  },
);

test.skipIf(missingBrowser)(
  'before anybody is known, the browser says which language; a choice made here wins',
  async () => {
    const { page } = await stage.blank({ ...DESKTOP, locale: 'en-GB' });
    await page.goto(`${stage.server.url}/entrar`);
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
    const spanish = await stage.blank();
    await spanish.page.goto(`${stage.server.url}/entrar`);
    await spanish.page.getByRole('button', { name: 'Entrar', exact: true }).waitFor();
    await page.evaluate(() => localStorage.setItem('cactus.preferences', JSON.stringify({ language: 'es' })));
    await page.reload();
    await page.getByRole('button', { name: 'Entrar', exact: true }).waitFor();
  },
);
