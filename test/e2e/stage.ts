/**
 * What every journey stands on: the real product started for the file, a browser, the owner's session, pages opened as her, and a
 * picture when one is asked for (`SHOTS_DIR`).
 */
import { type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { send, setUpOwner } from '../process/first-run.ts';
import { DESKTOP, launchBrowser, openPage, type View } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const START_MS_MAX = 240_000; // A first start also builds the web app and creates the database.
const DEMO_MS_MAX = 120_000; // The demo imports its workbooks in the background.
const ACTION_MS_MAX = 20_000;
const SHOTS_DIR = process.env['SHOTS_DIR'];

export interface JourneyOptions {
  readonly args?: readonly string[];
  /** Asked for when the product starts: what the file's own hooks opened is known by then. */
  readonly env?: () => Readonly<Record<string, string>>;
  /** False leaves the product as it was started, with nobody in it. */
  readonly hasOwner?: boolean;
}

export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly errors: string[];
}

export interface Journey {
  readonly product: Product;
  readonly browser: Browser;
  /** The owner's session, as a `cookie` header says it; may be replaced by a newer one. */
  cookie: string;
  /** A page in a context of its own with the owner signed in, or with nobody. */
  readonly open: (path: string, view?: View, who?: 'owner' | 'nobody') => Promise<Opened>;
  /** A call as the owner; throws when it is refused. */
  readonly call: <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Waits for the demo's three portfolios and its models; gives the ids of the portfolios. */
  readonly untilDemoIsFull: () => Promise<readonly string[]>;
  readonly look: (page: Page, name: string) => Promise<void>;
}

/** Registers the hooks of the calling suite. */
export function journey(options: JourneyOptions = {}): Journey {
  let product: Product;
  let browser: Browser;
  let dataDir = '';
  let cookie = '';
  beforeAll(async () => {
    dataDir = newDataDir();
    const { args, env } = options;
    const starting = startProduct({ dataDir, ...(args ? { args } : {}), ...(env ? { env: env() } : {}) });
    [product, browser] = await Promise.all([starting, launchBrowser()]);
    if (options.hasOwner !== false) cookie = await setUpOwner(product);
  }, START_MS_MAX);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    if (dataDir !== '') removeDataDir(dataDir);
  });
  const call = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await send(product, method, path, { cookie, ...(body === undefined ? {} : { body }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  };
  return {
    get product() {
      return product;
    },
    get browser() {
      return browser;
    },
    get cookie() {
      return cookie;
    },
    set cookie(next) {
      cookie = next;
    },
    call,
    async open(path, view = DESKTOP, who = 'owner') {
      const opened = await openPage(browser, view);
      opened.page.setDefaultTimeout(ACTION_MS_MAX);
      const [name = '', value = ''] = cookie.split('=');
      if (who === 'owner') await opened.context.addCookies([{ name, value, url: product.url }]);
      await opened.page.goto(path.startsWith('http') ? path : `${product.url}${path}`);
      return opened;
    },
    async untilDemoIsFull() {
      const deadlineMs = performance.now() + DEMO_MS_MAX;
      while (performance.now() < deadlineMs) {
        const { items } = await call<{ items: { id: string; operationCount: number }[] }>('GET', '/api/portfolios');
        const full = items.filter(({ operationCount }) => operationCount > 0);
        // The demo's models come last.
        const { items: models } = await call<{ items: unknown[] }>('GET', '/api/models');
        if (full.length >= 3 && models.length > 0) return full.map(({ id }) => id);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      throw new Error(`the demo was not filled in ${DEMO_MS_MAX} ms:\n${product.output()}`);
    },
    async look(page, name) {
      if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/${name}.png`, fullPage: true });
    },
  };
}
