/**
 * Goal: every component is usable by everybody. The gallery shows all that the design system exports, and a real Chromium draws it under
 * the product's own content policy: axe finds nothing in light and dark, on a desk and on a phone, with everything that floats opened
 * too; it survives high contrast, still people and paper. The keyboard has a file of its own: gallery-keyboard.test.ts.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axeFaults } from '../e2e/axe.ts';
import { DESKTOP, type View } from '../e2e/browser.ts';
import { missingBrowser, showAs, sidewaysPx, SLOW_MS, VIEWS, webStage } from './stage.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SHOTS_DIR = process.env['SHOTS_DIR'];
const stage = webStage();
const nameOf = (view: View) => `${view.width} ${view.theme}`;
const look = async (page: Page, name: string): Promise<void> => {
  if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/gallery-${name}.png`, fullPage: true });
};

/** What `#web/ui` exports besides types, without the helpers that draw nothing. */
function exportedParts(): string[] {
  const door = readFileSync(join(root, 'web/ui/index.ts'), 'utf8').replaceAll(/\/\*.*?\*\//gs, '');
  const names = [...door.matchAll(/export \{([^}]*)\}/g)].flatMap(([, list = '']) => list.split(','));
  const values = names.map((name) => name.trim()).filter((name) => name !== '' && !name.startsWith('type '));
  return values.filter((name) => /^[A-Z]/.test(name) || name === 'toast').toSorted();
}

async function openGallery(view: View = DESKTOP, path = '/galeria') {
  const opened = await stage.open(path, view);
  await opened.page.locator('canvas').first().waitFor();
  await opened.page.getByRole('combobox', { name: 'Divisa' }).waitFor();
  return opened;
}

test.skipIf(missingBrowser)('shows every part that the design system exports, and really draws it', async () => {
  const { page } = await openGallery();
  const named = await page
    .locator('[data-parts]')
    .evaluateAll((examples) => examples.flatMap((example) => (example.getAttribute('data-parts') ?? '').split(' ')));
  expect(named.toSorted()).toEqual(exportedParts());
  const sources = globSync('web/shell/{gallery.page,gallery/*,app}.tsx', { cwd: root });
  const text = sources.map((path) => readFileSync(join(root, path), 'utf8')).join('\n');
  const unused = named.filter((name) => !new RegExp(name === 'toast' ? 'toast\\.' : `<${name}[\\s/>]`).test(text));
  expect(unused).toEqual([]);
});

test.skipIf(missingBrowser)(
  'axe 0, no complaint, no sideways scroll, in every view',
  async () => {
    const { page, errors } = await openGallery();
    const faults: string[] = [];
    for (const view of VIEWS) {
      await showAs(page, view);
      faults.push(...(await axeFaults(page)).map((fault) => `${nameOf(view)}: ${fault}`));
      expect([nameOf(view), await sidewaysPx(page)]).toEqual([nameOf(view), 0]);
      await look(page, nameOf(view));
    }
    expect(faults).toEqual([]);
    expect(errors).toEqual([]);
  },
  SLOW_MS,
);

const press = (name: string) => (page: Page) => page.getByRole('button', { name, exact: true }).click();
const choose = (name: string) => (page: Page) => page.getByRole('combobox', { name }).first().click();

/** Everything that floats, by the section it is on: how it opens, and where it is then. */
type Floating = Readonly<Record<string, readonly [open: (page: Page) => Promise<void>, selector: string]>>;
const FLOATING: Readonly<Record<string, Floating>> = {
  ventanas: {
    dialog: [press('Diálogo'), '[role="dialog"]'],
    confirmation: [press('Confirmar'), '[role="alertdialog"]'],
    drawer: [press('Panel'), '[role="dialog"]'],
    'secret shown once': [press('Secreto'), '[role="dialog"]'],
    'menu of the account': [press('Tu cuenta'), '[role="menu"]'],
    'popover of the bell': [(page) => page.getByRole('button', { name: /^Avisos/ }).click(), '[role="dialog"]'],
    palette: [(page) => page.keyboard.press('Control+k'), '[role="dialog"]'],
    'sheet of shortcuts': [(page) => page.keyboard.press('?'), '[role="dialog"]'],
  },
  controles: {
    menu: [press('Más acciones'), '[role="menu"]'],
    combobox: [choose('Activo'), '[role="listbox"]'],
    // Last: its list stays in the page once it was open.
    select: [choose('Divisa'), '[role="listbox"]'],
  },
};

test.skipIf(missingBrowser).each(Object.entries(FLOATING))(
  'axe 0 in what floats over %s, in every view',
  async (section, floating) => {
    const { page, errors } = await stage.open(`/galeria?solo=${section}`);
    const faults: string[] = [];
    for (const [name, [open, selector]] of Object.entries(floating)) {
      await showAs(page, DESKTOP);
      await open(page);
      await page.locator(selector).first().waitFor();
      for (const view of VIEWS) {
        await showAs(page, view);
        faults.push(...(await axeFaults(page, selector)).map((fault) => `${name}, ${nameOf(view)}: ${fault}`));
        if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/floating-${name}-${nameOf(view)}.png` });
      }
      await page.keyboard.press('Escape');
      await page.locator(selector).first().waitFor({ state: 'hidden' });
    }
    expect(faults).toEqual([]);
    expect(errors).toEqual([]);
  },
  SLOW_MS,
);

test.skipIf(missingBrowser)(
  'axe 0 in toasts of every kind, in every view; undo takes it back and a failure stays until dismissed',
  async () => {
    const { page, errors } = await stage.open('/galeria?solo=ventanas');
    for (const name of ['Fallo', 'Aviso', 'Hecho', 'Deshacer']) await press(name)(page);
    const undoable = page.getByRole('dialog', { name: 'Alerta borrada' });
    await undoable.hover(); // A pointer over them stops their clocks.
    const faults: string[] = [];
    for (const view of VIEWS) {
      await showAs(page, view);
      await undoable.hover();
      faults.push(...(await axeFaults(page)).map((fault) => `${nameOf(view)}: ${fault}`));
      if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/floating-toasts-${nameOf(view)}.png` });
    }
    expect(faults).toEqual([]);
    await undoable.getByRole('button', { name: 'Deshacer' }).click();
    await undoable.waitFor({ state: 'detached' });
    // Read aloud from elsewhere, so readers meet it only once it has the focus.
    const failure = page.locator('[role="alertdialog"]').filter({ hasText: 'No se pudo guardar' });
    await failure.locator('[aria-label="Cerrar"]').click();
    await failure.waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
  },
  SLOW_MS,
);

/** Parts whose shape is only a fill, or whose state is only a colour: in high contrast each must keep a line or a system colour. */
function shapelessParts(): string[] {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.backgroundColor = 'Canvas';
  const grounds = [getComputedStyle(probe).backgroundColor, 'rgba(0, 0, 0, 0)'];
  probe.remove();
  const hasShape = (element: Element): boolean => {
    const { appearance, outlineStyle, borderTopStyle, borderTopWidth, backgroundColor } = getComputedStyle(element);
    const hasBorder = borderTopStyle !== 'none' && parseFloat(borderTopWidth) > 0;
    // The thumb of a switch lies on its track.
    const track = element.matches('[role="switch"] + *') ? element.previousElementSibling : null;
    if (track) return getComputedStyle(track).backgroundColor !== backgroundColor;
    const isNative = element.matches('input') && appearance !== 'none';
    return isNative || outlineStyle !== 'none' || hasBorder || !grounds.includes(backgroundColor);
  };
  const parts =
    '[data-solid], [role="switch"], [role="switch"] + *, input[type="radio"], input[type="checkbox"], [aria-pressed="true"], ' +
    '[aria-selected="true"], [aria-current="page"], [role="progressbar"] > div, [role="progressbar"] > div > div';
  return (
    [...document.querySelectorAll<HTMLElement>(parts)]
      .filter((part) => part.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      // The segment around its invisible radio is what is seen.
      .map((part) => (part.matches('[role="radiogroup"] input') ? (part.parentElement ?? part) : part))
      .filter((part) => !hasShape(part))
      .map((part) => part.outerHTML.slice(0, 140))
  );
}

test.skipIf(missingBrowser)('high contrast: nothing loses its shape, its state or the sign of focus', async () => {
  const { page } = await openGallery();
  await page.emulateMedia({ forcedColors: 'active' });
  expect(await page.evaluate(shapelessParts)).toEqual([]);
  const button = page.getByRole('button', { name: 'Nueva operación' });
  await page.getByRole('button', { name: 'Editar' }).focus();
  await page.keyboard.press('Shift+Tab');
  await button.focus();
  const focused = await button.evaluate((element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return [outlineStyle, outlineWidth];
  });
  expect(focused).toEqual(['solid', '2px']);
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, forcedColors: 'active' });
    await look(page, `forced-colours-${theme}`);
  }
});

/** Transitions and animations longer than `maxMs`, on whatever is on screen. */
function motionAbove(maxMs: number): string[] {
  const toMs = (text: string): number => (text.endsWith('ms') ? parseFloat(text) : parseFloat(text) * 1_000);
  const longest = (list: string): number => Math.max(...list.split(',').map((one) => toMs(one.trim())));
  const loops = new Set(['skeleton', 'spin', 'indeterminate']); // They say that something is going on.
  return [...document.querySelectorAll('*')].flatMap((element) => {
    const { transitionDuration, animationDuration, animationName } = getComputedStyle(element);
    const isLoop = maxMs > 1 && loops.has(animationName);
    const ms = Math.max(
      longest(transitionDuration),
      isLoop || animationName === 'none' ? 0 : longest(animationDuration),
    );
    return ms > maxMs ? [`${ms} ms: ${element.outerHTML.slice(0, 120)}`] : [];
  });
}

test.skipIf(missingBrowser)('motion: never above 200 ms, and none for who asked for none', async () => {
  const { page } = await stage.open('/galeria');
  await page.getByRole('button', { name: 'Fallo', exact: true }).click();
  await page.getByRole('button', { name: 'Panel', exact: true }).click();
  await page.getByRole('dialog', { name: 'VWCE' }).waitFor();
  expect(await page.evaluate(motionAbove, 1)).toEqual([]);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await page.evaluate(motionAbove, 200)).toEqual([]);
});

test.skipIf(missingBrowser)(
  'paper: dark becomes light, the frame and what is pressed stay behind, every row comes',
  async () => {
    const { page } = await openGallery({ ...DESKTOP, theme: 'dark' }, '/galeria?filas=500');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const rows = page.getByRole('region', { name: 'Operaciones' }).first().locator('tbody tr[data-index]');
    await expect.poll(() => rows.count()).toBe(500);
    for (const name of ['Nueva operación', 'Tu cuenta']) {
      expect([name, await page.getByRole('button', { name }).isVisible()]).toEqual([name, name === 'Nueva operación']);
    }
    expect(await page.getByRole('navigation').first().isVisible()).toBe(false);
    const paper = await page.evaluate(() => {
      const card = document.querySelector('main section');
      const { backgroundColor, color } = getComputedStyle(card ?? document.body);
      return { backgroundColor, color, page: getComputedStyle(document.documentElement).backgroundColor };
    });
    const darkGrounds = await page.evaluate(() => {
      const luma = (colour: string): number => {
        const [red = 255, green = 255, blue = 255, alpha = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
        return alpha === 0 ? 255 : red * 0.2126 + green * 0.7152 + blue * 0.0722;
      };
      const pale = [...document.querySelectorAll('main *')].filter((element) => {
        const style = getComputedStyle(element);
        // Ink is for buttons and the step one is on; every other ground is light.
        const isInk = element.matches('[data-solid], [data-solid] *, ol[aria-label] *, i, input, input + *');
        return !isInk && element.checkVisibility() && luma(style.backgroundColor) < 90 && element.children.length > 0;
      });
      return pale.map((element) => element.outerHTML.slice(0, 120));
    });
    expect(darkGrounds).toEqual([]);
    expect(paper).toEqual({ backgroundColor: 'rgb(255, 255, 255)', color: 'rgb(0, 0, 0)', page: 'rgb(255, 255, 255)' });
    expect(await sidewaysPx(page)).toBe(0);
    await look(page, 'print');
    if (SHOTS_DIR) await page.pdf({ path: `${SHOTS_DIR}/gallery.pdf`, format: 'A4' });
  },
);
