/**
 * A real Chromium for journeys: the system's one, or the one inside an npm package (linux x64), so that `npm test` needs
 * nothing installed by hand. Never downloads.
 */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const SYSTEM_BROWSERS = [
  process.env['CHROME_PATH'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
// Nothing of the browser may reach outside, and a container gives it no sandbox, GPU or QUIC.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Why no browser can run here, or null when one can; a suite prints it when it skips. */
export function browserMissingReason(): string | null {
  const hasOne = SYSTEM_BROWSERS.some((path) => path !== '' && existsSync(path));
  if (hasOne || (process.platform === 'linux' && process.arch === 'x64')) return null;
  return 'no Chromium found; install one or set CHROME_PATH';
}

/** Starts a headless Chromium with an empty profile. */
export async function launchBrowser(): Promise<Browser> {
  const system = SYSTEM_BROWSERS.find((path) => path !== '' && existsSync(path));
  if (system) return chromium.launch({ executablePath: system, args: FLAGS });
  const { default: packaged } = await import('@sparticuz/chromium');
  const executablePath = await packaged.executablePath();
  return chromium.launch({ executablePath, args: [...packaged.args, ...FLAGS] });
}

export interface View {
  readonly width: number;
  readonly height: number;
  readonly theme: 'light' | 'dark';
  readonly locale: 'es-ES' | 'en-GB';
}

export const DESKTOP: View = { width: 1440, height: 1000, theme: 'light', locale: 'es-ES' };
export const PHONE: View = { width: 390, height: 844, theme: 'light', locale: 'es-ES' };

/** A fresh context (no cookies) whose page errors are collected: a journey ends by expecting none. */
export async function openPage(
  browser: Browser,
  view: View = DESKTOP,
): Promise<{ readonly page: Page; readonly context: BrowserContext; readonly errors: string[] }> {
  const context = await browser.newContext({
    viewport: { width: view.width, height: view.height },
    colorScheme: view.theme,
    locale: view.locale,
    timezoneId: 'Europe/Madrid',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`console: ${message.text()} ${message.location().url}`);
  });
  return { page, context, errors };
}
