/**
 * What every test of the web app stands on: the built files behind a fake wire, and one browser for the whole file. Pages opened here
 * are closed after each test.
 */
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { buildWebIfStale } from '../../tools/build-web.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from '../e2e/browser.ts';
import { type FakeRoutes, type FakeServer, startFakeServer } from './fake-server.ts';
import { sessionRoutes } from './session-fixture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Why nothing here can run, or null. */
export const missingBrowser = browserMissingReason();
export const SLOW_MS = 120_000; // Two cores shared with the rest of the suite: axe alone takes seconds on a long page.
const PAGE_MS_MAX = 15_000;

/** Desk and phone, day and night. */
export const VIEWS: readonly View[] = [DESKTOP, PHONE].flatMap((view) => [view, { ...view, theme: 'dark' as const }]);

export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page complained about so far. */
  readonly errors: string[];
}

export interface WebStage {
  readonly server: FakeServer;
  readonly browser: Browser;
  /** A page in a context of its own, at `path`; waits for its title unless told. */
  open(path: string, view?: View): Promise<Opened>;
  /** A page in a context of its own, nowhere yet. */
  blank(view?: View): Promise<Opened>;
}

/** Registers the hooks of the calling file; before every test the answers are those of `routes` again. */
export function webStage(routes: () => FakeRoutes = sessionRoutes): WebStage {
  let browser: Browser;
  let server: FakeServer;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    if (missingBrowser) return console.log(`SKIP journeys of parts: ${missingBrowser}`);
    const { directory } = await buildWebIfStale(root);
    [server, browser] = await Promise.all([startFakeServer(directory, {}), launchBrowser()]);
  }, SLOW_MS);
  // Tests change answers while they run; the next one begins with the usual ones.
  const resetRoutes = (): void => {
    if (!server) return;
    for (const name of Object.keys(server.routes)) delete server.routes[name];
    Object.assign(server.routes, routes());
    server.calls.length = 0;
  };
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    resetRoutes();
  });
  beforeAll(resetRoutes);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  const blank = async (view: View = DESKTOP): Promise<Opened> => {
    const opened = await openPage(browser, view);
    contexts.push(opened.context);
    opened.page.setDefaultTimeout(PAGE_MS_MAX);
    return opened;
  };
  return {
    get server() {
      return server;
    },
    get browser() {
      return browser;
    },
    blank,
    async open(path, view) {
      const opened = await blank(view);
      await opened.page.goto(server.url + path);
      await opened.page.getByRole('heading', { level: 1 }).first().waitFor();
      return opened;
    },
  };
}

/** Turns the page of one view into that of another without loading it again: the app follows its device. */
export async function showAs(page: Page, view: View): Promise<void> {
  await page.setViewportSize({ width: view.width, height: view.height });
  await page.emulateMedia({ colorScheme: view.theme });
  await page.waitForFunction((theme) => document.documentElement.dataset['theme'] === theme, view.theme);
  // What follows the width by script is drawn in the frame after.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** How far the page itself scrolls sideways. */
export function sidewaysPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
