/** Where the figures of this process come from: its database, its shelf of books, its clock and its zone. */
import type { Platform } from '#platform/domain';
import { openBookShelf } from './book-shelf.ts';
import { openCloseColumns } from './close-columns.ts';
import type { FiguresSource } from './figures.ts';

/** Opens it; one per process, because it remembers. */
export function figuresSource(platform: Platform): FiguresSource {
  const { timeZone } = platform.config.section<{ readonly timeZone: string }>('portfolios');
  const { clock } = platform;
  return { queryable: platform.db, shelf: openBookShelf(platform), closes: openCloseColumns(clock), clock, timeZone };
}
