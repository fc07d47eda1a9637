/**
 * Financial Times adapter: net asset values of funds by ISIN and currency, read from public pages. There is no API and its
 * terms allow personal use only: it is off until a person who may decide so turns it on. One request in five seconds at
 * most, and what was read is not asked for again in twelve hours.
 */
import { addDays, type Clock, dateOfEpochDay, DAY_MS, Fault, type LocalDate, ok, refuse, type Result } from '#kernel';
import { LRUCache } from 'lru-cache';
import {
  parseHistory,
  parseHistoryId,
  parseTearsheet,
  type PageClose,
  type TearsheetPrice,
} from './financial-times-page.ts';
import { answerFault, type GetAnswer, getText, type GetLimits } from './http-get.ts';
import type { FetchContext, InstrumentRef, PriceAnswer, PriceProvider, PriceRefusal } from './price-provider.ts';

const LIMITS: GetLimits = { timeoutMs: 20_000, sizeBytesMax: 4 * 1024 * 1024 };
const KEPT_MS = 12 * 3_600_000;
const KEPT_MAX = 1_000; // Read values, not pages: a year of closes at most.
const SPAN_DAYS = 364; // One answer of its history covers a year.
const SPANS_MAX = 30;

export interface FinancialTimesOptions {
  readonly baseUrl: string;
  readonly timeoutMs?: number;
  readonly clock: Clock;
}

interface Kept<Value> {
  readonly value: Value;
  readonly untilMs: number;
}
type Known = TearsheetPrice | string | readonly PageClose[] | null;

interface Reach {
  readonly options: FinancialTimesOptions;
  readonly context: FetchContext;
  readonly kept: LRUCache<string, Kept<Known>>;
}

/** Builds the adapter. `baseUrl` is `https://markets.ft.com/`, or a local server in tests. */
export function financialTimesProvider(options: FinancialTimesOptions): PriceProvider {
  const kept = new LRUCache<string, Kept<Known>>({ max: KEPT_MAX });
  return {
    name: 'financial_times',
    hasHistory: true,
    quota: { perMinute: 12, burst: 1, creditsPerDay: null, creditsPerMonth: null },
    canPrice: (ref) => ref.kind === 'fund' && ref.isin !== null,
    async fetchPrices(ref, context) {
      const reach = { options, context, kept };
      for (const currency of ref.currency === 'GBP' ? ['GBP', 'GBX'] : [ref.currency]) {
        const code = `${ref.isin}:${currency}`;
        const sheet = await readOnce(`/data/funds/tearsheet/summary?s=${code}`, reach, parseTearsheet);
        if (sheet) return answerOf(code, sheet, ref, reach);
      }
      return refuse('unknown_symbol', { reason: `${ref.isin}:${ref.currency}: no such fund` });
    },
  };
}

async function answerOf(
  code: string,
  sheet: TearsheetPrice,
  ref: InstrumentRef,
  reach: Reach,
): Promise<Result<PriceAnswer, PriceRefusal>> {
  const { currency, factor } = sheet.unit;
  if (currency !== ref.currency) return refuse('wrong_currency', { reason: `${code} is quoted in ${currency}` });
  const closes = (await fetchCloses(code, reach)).map(({ on, close }) => ({
    on,
    close: close.times(factor),
    currency,
  }));
  return ok({
    quote: {
      price: sheet.price,
      currency,
      // A fund has a value per day and no hour: the end of that day, or now while the day lasts.
      marketAtMs: Math.min(Date.parse(`${sheet.on}T23:59:59Z`), reach.options.clock()),
      previousClose: closes.findLast(({ on }) => on < sheet.on)?.close ?? null,
    },
    closes,
    splits: [],
    providerSymbol: code,
    providerName: sheet.name,
  });
}

async function fetchCloses(code: string, reach: Reach): Promise<PageClose[]> {
  const id = await readOnce(`/data/funds/tearsheet/historical?s=${code}`, reach, parseHistoryId);
  if (id === null) return [];
  const today = dateOfEpochDay(Math.floor(reach.options.clock() / DAY_MS));
  const closes: PageClose[] = [];
  let from = reach.context.from;
  for (let span = 0; span < SPANS_MAX && from <= today; span += 1) {
    const end = addDays(from, SPAN_DAYS);
    const to = end < today ? end : today;
    const query = `startDate=${slashed(from)}&endDate=${slashed(to)}&symbol=${id}`;
    closes.push(...((await readOnce(`/data/equities/ajax/get-historical-prices?${query}`, reach, parseHistory)) ?? []));
    from = addDays(to, 1);
  }
  return closes;
}

/** Null when the page does not exist. Throws when it is not the promised page. */
async function readOnce<Value extends Known>(
  path: string,
  { options, context, kept }: Reach,
  parse: (text: string) => Value | null,
): Promise<Value | null> {
  const known = kept.get(path);
  if (known && options.clock() < known.untilMs) return known.value as Value | null;
  const url = new URL(path, options.baseUrl);
  await context.spend();
  const limits = { ...LIMITS, timeoutMs: options.timeoutMs ?? LIMITS.timeoutMs };
  const answer = await getText(url, limits, context.signal);
  const value = answer.status === 404 ? null : parse(answer.text);
  if (answer.status !== 404 && (answer.status !== 200 || value === null)) throw pageFault(url, answer);
  kept.set(path, { value, untilMs: options.clock() + KEPT_MS });
  return value;
}

function pageFault(url: URL, answer: GetAnswer): Fault {
  if (answer.status !== 200 || !/consent|cookie/i.test(answer.text)) return answerFault(url, answer);
  const detail = `${url.hostname}: asks for consent instead of showing the page`;
  return new Fault('provider_answer_unreadable', detail, { retryable: true });
}

function slashed(day: LocalDate): string {
  return day.replaceAll('-', '/');
}
