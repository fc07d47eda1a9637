/** What a computation of daily values reads, gathered before it starts: a shelved book as typed columns, and its market. */
import { epochDay, type LocalDate } from '#kernel';
import type { ShelvedBook } from '../book-shelf.ts';
import type { Book } from '../book.ts';
import type { CloseColumn } from '../value-series.ts';
import type { ColumnMarket } from './column-values.ts';
import { closeRow, rateColumn } from './market-columns.ts';
import { type TypedBook, typedBookOf } from './typed-book.ts';

export interface EngineInput {
  readonly book: TypedBook;
  readonly market: ColumnMarket;
}

const typed = new WeakMap<Book, { readonly sequence: number; readonly book: TypedBook }>();

/** A shelved book as typed columns, written down again only when the book has moved. */
export function typedShelvedBook({ book, sequence }: Pick<ShelvedBook, 'book' | 'sequence'>): TypedBook {
  const known = typed.get(book);
  if (known?.sequence === sequence) return known.book;
  const fresh = typedBookOf(book);
  typed.set(book, { sequence, book: fresh });
  return fresh;
}

/**
 * The book and its market over every day from its first to `to`. The book is written down before the first wait, so it is that
 * of this instant whatever is recorded meanwhile.
 */
export async function engineInput(
  shelved: Pick<ShelvedBook, 'book' | 'sequence'>,
  needs: {
    readonly closesOf: ReadonlyMap<string, CloseColumn>;
    readonly from: LocalDate;
    readonly to: LocalDate;
    /** Currencies that are asked for besides the book's own. */
    readonly extra?: readonly string[];
  },
): Promise<EngineInput> {
  const book = typedShelvedBook(shelved);
  const { fx } = shelved.book;
  const [first, last] = book.dayRange ?? [epochDay(needs.from), epochDay(needs.to)];
  // A day more in front: its value is what a period starts with.
  const range = { firstDay: Math.min(first, epochDay(needs.from)) - 1, lastDay: Math.max(last, epochDay(needs.to)) };
  const closes = book.instrumentIds.map((id) => {
    const column = needs.closesOf.get(id);
    return column && column.days.length > 0 ? closeRow(column, range) : null;
  });
  const currencies = new Set([...book.tradeCurrencies, ...book.cash.currencies, ...(needs.extra ?? [])]);
  for (const row of closes) if (row) currencies.add(row.currency);
  currencies.delete(book.baseCurrency);
  currencies.delete('');
  const to = book.baseCurrency;
  const rates = await Promise.all(
    [...currencies].map(async (from) => [from, await rateColumn(fx, { from, to }, range)] as const),
  );
  return { book, market: { closes, rates: new Map(rates) } };
}
