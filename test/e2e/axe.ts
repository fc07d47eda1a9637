/** Accessibility of what is on screen now, by axe-core (WCAG 2.2 AA and best practice); one line per fault. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Faults of the page, or of `part` alone (a selector): what floats is checked by itself, because the page behind it is inert, has its
 * own test, and takes axe seconds. Evaluated, not added as a script tag: our own policy refuses foreign scripts.
 */
export async function axeFaults(page: Page, part = 'html'): Promise<string[]> {
  await page.evaluate(`globalThis.axe === undefined && (() => {${source}})()`);
  const result = await page.evaluate((selector) => {
    const { axe } = globalThis as unknown as { axe: { run(context: string, options: unknown): Promise<AxeResults> } };
    // An open menu floats outside every landmark by nature; on whole pages the rule stays on.
    const rules = { region: { enabled: selector === 'html' } };
    return axe.run(selector, { rules, resultTypes: ['violations'] });
  }, part);
  return result.violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
}
