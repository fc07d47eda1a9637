/**
 * Reading the fund pages of the Financial Times (markets.ft.com; shapes seen in 2025 and 2026; there is no API).
 * Numbers are written "1,234.56"; London funds are quoted in pence (GBX). Expressions are linear: the page is hostile text.
 */
import { Decimal, type LocalDate, parseLocalDate } from '#kernel';
import { z } from 'zod';
import { type QuoteUnit, quoteUnitOf } from './quote-unit.ts';
import { parseJson } from './yahoo-chart.ts';

export interface TearsheetPrice {
  readonly price: Decimal;
  readonly unit: QuoteUnit;
  readonly on: LocalDate;
  readonly name: string | null;
}

export interface PageClose {
  readonly on: LocalDate;
  readonly close: Decimal;
}

const PRICE =
  /Price \(([A-Za-z]{3})\)<\/span>\s{0,40}<span class="mod-ui-data-list__value">([0-9][0-9,.]{0,30})<\/span>/;
const AS_OF = /as of ([A-Z][a-z]{2}) (\d{1,2}),? (\d{4})/;
const NAME = /<h1 class="mod-tearsheet-overview__header__name[^"]{0,200}">([^<]{1,200})</;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const ROW_DATE = /<span class="mod-ui-hide-small-below">[A-Z][a-z]+, ([A-Z][a-z]+) (\d{1,2}), (\d{4})<\/span>/;
const CELL = /<td>([0-9][0-9,.]{0,30})<\/td>/g;
const CLOSE_CELL = 3; // Open, high, low, close.
const Config = z.object({
  symbol: z.union([z.string().max(40), z.number()]).transform(String),
  inception: z.string().nullish(),
});
const Rows = z.object({ html: z.string() });

/** Price, currency and day of a fund's summary page; null when the page has none. */
export function parseTearsheet(html: string): TearsheetPrice | null {
  const found = PRICE.exec(html);
  const asOf = AS_OF.exec(html);
  const price = found && grouped(found[2] ?? '');
  const on = asOf && dayOf(asOf[1] ?? '', asOf[2] ?? '', asOf[3] ?? '');
  if (!found || !price || !on) return null;
  const unit = quoteUnitOf(found[1] ?? '');
  return { price: price.times(unit.factor), unit, on, name: NAME.exec(html)?.[1]?.trim() ?? null };
}

/** The number that the history goes by, out of the history page; null when the page has none. */
export function parseHistoryId(html: string): string | null {
  const at = html.indexOf('data-f2-app-id="mod-tearsheet-historical-prices"');
  if (at < 0) return null;
  const marker = 'data-mod-config="';
  const start = html.indexOf(marker, Math.max(0, html.lastIndexOf('<', at)));
  const end = start < 0 ? -1 : html.indexOf('"', start + marker.length);
  if (end < 0) return null;
  const text = html
    .slice(start + marker.length, end)
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
  const config = Config.safeParse(parseJson(text));
  return config.success && /^\d{1,20}$/.test(config.data.symbol) ? config.data.symbol : null;
}

/** Closes of a history answer, oldest first; null when it is no such answer. */
export function parseHistory(text: string): PageClose[] | null {
  const parsed = Rows.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const closes = parsed.data.html.split('<tr>').flatMap((row): PageClose[] => {
    const date = ROW_DATE.exec(row);
    const on = date && dayOf(date[1]?.slice(0, 3) ?? '', date[2] ?? '', date[3] ?? '');
    const close = grouped([...row.matchAll(CELL)][CLOSE_CELL]?.[1] ?? '');
    return on && close && close.sign > 0 ? [{ on, close }] : [];
  });
  return closes.toSorted((a, b) => (a.on < b.on ? -1 : 1));
}

/** "1,234.56" with commas only where thousands are; anything else is no number, never a guess. */
function grouped(text: string): Decimal | null {
  return /^\d{1,3}(?:,\d{3})*(?:\.\d+)?$|^\d+(?:\.\d+)?$/.test(text) ? Decimal.parse(text.replaceAll(',', '')) : null;
}

function dayOf(month: string, day: string, year: string): LocalDate | null {
  const number = MONTHS.indexOf(month) + 1;
  return number === 0 ? null : parseLocalDate(`${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`);
}
