/**
 * Goal: every page of the app, with the demo's data, is accessible (axe 0), fits its screen, raises no error and leaves
 * no text untranslated, in light and dark, on a desk and on a phone.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, PHONE, type View } from './browser.ts';
import { BARE_PATHS, PATHS } from './paths.ts';
import { journey } from './stage.ts';
import { goWithin, untilSettled, widerThanWindow } from './within.ts';

const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];
const TEST_MS_MAX = 240_000;

const VIEWS: readonly (readonly [string, View])[] = [
  ['desk light', DESKTOP],
  ['desk dark', { ...DESKTOP, theme: 'dark' }],
  ['phone light', PHONE],
  ['phone dark', { ...PHONE, theme: 'dark' }],
  ['desk light, English', { ...DESKTOP, locale: 'en-GB' }],
];
describe.skipIf(missing !== null)('pages', () => {
  const at = journey();
  let portfolioPath = '';
  beforeAll(async () => {
    portfolioPath = `/carteras/${(await at.untilDemoIsFull())[0]}`;
  }, TEST_MS_MAX);

  test.each(VIEWS)(
    '%s',
    async (name, view) => {
      // The profile's language wins over the browser's on a first visit.
      const isEnglish = view.locale === 'en-GB';
      await at.call('PATCH', '/api/me', { locale: isEnglish ? 'en' : 'es' });
      const { page, context, errors } = await at.open('/carteras', view);
      await page.getByRole('heading', { level: 1, name: isEnglish ? 'Portfolios' : 'Carteras' }).waitFor();
      const faults: string[] = [];
      const rebalancePath = portfolioPath.replace('/carteras/', '/planificacion/rebalanceo?carteras=');
      for (const path of [...PATHS, portfolioPath, `${portfolioPath}?ver=impuestos`, rebalancePath]) {
        const label = path === rebalancePath ? '/planificacion/rebalanceo' : path.replace(portfolioPath, '/carteras/…');
        await goWithin(page, path);
        await untilSettled(page);
        faults.push(...(await axeFaults(page)).map((fault) => `${label}: ${fault}`));
        faults.push(...(await widerThanWindow(page)).map((fault) => `${label}: ${fault}`));
        const raw = await page.evaluate(() => /\{\w+[|}]/.exec(document.body.innerText)?.[0] ?? null);
        if (raw) faults.push(`${label}: a text was not filled in: ${raw}`);
        if (SHOTS_DIR) {
          const file = `${name}${label}`.replaceAll(/[^a-z]+/gi, '-');
          await page.screenshot({ path: `${SHOTS_DIR}/${file}.png`, fullPage: name.startsWith('phone') });
        }
      }
      expect(faults).toEqual([]);
      expect(errors).toEqual([]);
      await context.close();
    },
    TEST_MS_MAX,
  );

  const NARROW: readonly (readonly [string, View])[] = [
    ['320 px', { ...PHONE, width: 320 }],
    // What a window of 1280 px shows at 200 %.
    ['200 %', { ...DESKTOP, width: 640, height: 400 }],
  ];
  test.each(NARROW)(
    'nothing scrolls sideways at %s',
    async (name, view) => {
      await at.call('PATCH', '/api/me', { locale: 'es' });
      const { page, context } = await at.open('/', view);
      const faults: string[] = [];
      for (const path of [...PATHS, portfolioPath, `${portfolioPath}?ver=operaciones`, '/galeria']) {
        await goWithin(page, path);
        if (path !== '/galeria') await untilSettled(page); // A part of the gallery loads for ever, to be looked at.
        faults.push(...(await widerThanWindow(page)).map((fault) => `${path}: ${fault}`));
        await at.look(page, `reflow ${name} ${path}`.replaceAll(/[^a-z0-9]+/gi, '-'));
      }
      expect(faults).toEqual([]);
      await context.close();
    },
    TEST_MS_MAX,
  );

  test('every page that is registered is on the list', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const sources = globSync(['web/shell/pages.ts', 'domains/*/web/pages.ts'], { cwd: root });
    const registered = sources.flatMap((source) =>
      [...readFileSync(join(root, source), 'utf8').matchAll(/path: '([^']+)'/g)].map(([, path = '']) => path),
    );
    const seen = PATHS.map((path): string => path.split('?')[0] ?? path);
    // Looked at where they have what they need: first-run, planning, the portfolio above, test/web.
    const elsewhere = [
      '/setup',
      '/entrar',
      '/proteger',
      '/galeria',
      '/ayuda/$article',
      '/carteras/$portfolioId',
      '/planificacion/rebalanceo',
    ];
    expect(registered.filter((path) => !seen.includes(path) && !elsewhere.includes(path))).toEqual([]);
    expect(BARE_PATHS.every((path) => seen.includes(path))).toBe(true);
  });
});

if (missing !== null) test(`SKIP pages: ${missing}`, ({ skip }) => skip(missing));
