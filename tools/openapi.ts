/** `node tools/openapi.ts` writes docs/api/openapi.json and docs/api/events.md; refuses to bury a breaking change that the changelog does not name. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { API_DOCUMENT_URL, committedApiDocument, currentApiDocument, unannouncedBreaks } from './api-document.ts';
import { EVENT_PAGE_URL, eventPage } from './event-page.ts';

const current = currentApiDocument();
const breaks = existsSync(API_DOCUMENT_URL) ? unannouncedBreaks(committedApiDocument(), current) : [];
if (breaks.length > 0) {
  process.stderr.write(
    `These would break programs written against the API:\n  ${breaks.join('\n  ')}\n` +
      'Keep the old shape, or name each operation under a "Breaking" heading of CHANGELOG.md and run this again.\n',
  );
  process.exit(1);
}
mkdirSync(new URL('.', API_DOCUMENT_URL), { recursive: true });
writeFileSync(API_DOCUMENT_URL, `${JSON.stringify(current, null, 2)}\n`);
process.stdout.write(`docs/api/openapi.json: ${Object.keys(current['paths'] ?? {}).length} paths\n`);
writeFileSync(EVENT_PAGE_URL, eventPage());
process.stdout.write('docs/api/events.md written\n');
