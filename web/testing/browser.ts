/** A real Chromium for tests: the system's, `CHROME_PATH`, or the one inside @sparticuz/chromium (linux x64 only). */
import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';

const KNOWN_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a browser is, or null when this host has none. */
export async function findChromium(): Promise<string | null> {
  const named = process.env['CHROME_PATH'];
  if (named) return named;
  const known = KNOWN_PATHS.find((path) => existsSync(path));
  if (known) return known;
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const { default: packaged } = await import('@sparticuz/chromium');
  return packaged.executablePath().catch(() => null);
}

/** Launches headless; `--no-sandbox` because containers and root have none to give. */
export async function launchChromium(path: string): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath: path,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb', '--font-render-hinting=none'],
  });
}

/** Everything the page complained about: thrown errors, refused content, failed loads. */
export function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  return complaints;
}
