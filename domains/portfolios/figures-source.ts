/** Where the figures of this process come from: its database, its shelf of books, its engine, its clock and its zone. */
import type { Platform } from '#platform/domain';
import { openBookShelf } from './book-shelf.ts';
import { openCloseColumns } from './close-columns.ts';
import { openValuations } from './engine/valuations.ts';
import type { FiguresSource } from './figures.ts';

const sources = new WeakMap<Platform, FiguresSource>();

/** The source of a platform; one, because it remembers. */
export function figuresSource(platform: Platform): FiguresSource {
  const known = sources.get(platform);
  if (known) return known;
  const { timeZone } = platform.config.section<{ readonly timeZone: string }>('portfolios');
  const { clock, telemetry } = platform;
  const source: FiguresSource = {
    queryable: platform.db,
    shelf: openBookShelf(platform),
    closes: openCloseColumns(clock),
    valuations: openValuations(telemetry),
    transaction: (work) => platform.db.transaction(work),
    clock,
    timeZone,
  };
  sources.set(platform, source);
  return source;
}
