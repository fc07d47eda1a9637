/** Goal: the catalogue that consumers of webhooks read is the one the domains declare. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EVENT_PAGE_URL, eventPage } from './event-page.ts';

test('docs/api/events.md is up to date: `node tools/openapi.ts` writes it', () => {
  expect(readFileSync(EVENT_PAGE_URL, 'utf8')).toBe(eventPage());
});
