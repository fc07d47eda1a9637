/**
 * Twelve Data adapter: the fallback for listed things, funds and coins. Needs a key.
 * Source: https://twelvedata.com/docs (quote, time_series). Numbers are text; an error often comes with HTTP 200 and says
 * what it is in its body. `adjust=none` asks for closes as traded, which is how Cactus keeps them.
 */
import {
  addDays,
  Decimal,
  type Fault,
  type LocalDate,
  localDate,
  ok,
  parseLocalDate,
  refuse,
  type Result,
} from '#kernel';
import { z } from 'zod';
import { answerFault, type GetAnswer, getText, type GetLimits } from './http-get.ts';
import type {
  DailyClose,
  FetchContext,
  InstrumentRef,
  PriceAnswer,
  PriceProvider,
  PriceRefusal,
} from './price-provider.ts';
import { keyFault, QuotaFault } from './provider-fault.ts';
import { type QuoteUnit, quoteUnitOf } from './quote-unit.ts';
import { readTwelveDataSearch } from './search-answers.ts';
import { parseJson } from './yahoo-chart.ts';

const LIMITS: GetLimits = { timeoutMs: 10_000, sizeBytesMax: 8 * 1024 * 1024 };
const CANDIDATES_MAX = 3; // A free key has eight credits a minute: more guesses would starve everybody else.
const PAGE_ROWS = 5_000; // What one answer holds: twenty years of days.
const PAGES_MAX = 4;
const DOLLAR_COINS: ReadonlySet<string> = new Set(['USDT', 'USDC', 'BUSD', 'DAI']);
/** Where a currency is at home, as ISO 10383 market codes; a bare symbol is American. */
const MARKETS: Readonly<Record<string, readonly string[]>> = {
  EUR: ['XMAD', 'XETR', 'XPAR'],
  GBP: ['XLON'],
  CHF: ['XSWX'],
  CAD: ['XTSE'],
};
const MARKET_OF_SUFFIX: Readonly<Record<string, string>> = {
  MC: 'XMAD',
  DE: 'XETR',
  PA: 'XPAR',
  AS: 'XAMS',
  MI: 'XMIL',
  L: 'XLON',
  SW: 'XSWX',
  TO: 'XTSE',
};

const Failure = z.object({ status: z.literal('error'), code: z.coerce.number(), message: z.string().default('') });
const Numeric = z.union([z.string().max(60), z.number()]).transform(String);
const Quote = z.object({
  symbol: z.string().max(60),
  name: z.string().max(200).nullish(),
  currency: z.string().max(10).nullish(),
  close: Numeric.nullish(),
  previous_close: Numeric.nullish(),
  volume: Numeric.nullish(),
  timestamp: z.number().nullish(),
  last_quote_at: z.number().nullish(),
});
const Series = z.object({
  meta: z.object({ symbol: z.string(), currency: z.string().nullish(), currency_quote: z.string().nullish() }),
  values: z
    .array(z.object({ datetime: z.string().max(40), close: Numeric.nullish(), volume: Numeric.nullish() }))
    .max(PAGE_ROWS),
});

export interface TwelveDataOptions {
  readonly baseUrl: string;
  readonly timeoutMs?: number;
  readonly clock: () => number;
  /** The key of now; null when nobody has set one. */
  readonly apiKey: () => Promise<string | null>;
}

/** Builds the adapter. `baseUrl` is `https://api.twelvedata.com/`, or a local server in tests. */
export function twelveDataProvider(options: TwelveDataOptions): PriceProvider {
  return {
    name: 'twelve_data',
    hasHistory: true,
    // Eight a minute in its own windows: seven with no burst never meets the limit, whenever its minute begins.
    quota: { perMinute: 7, burst: 1, creditsPerDay: 800, creditsPerMonth: null },
    canPrice: (ref) => ref.kind !== 'cash' && ref.symbol !== null,
    async search(text, context) {
      const asked = await fetchBody('/symbol_search', { symbol: text, outputsize: '20' }, { options, context });
      if (!asked.ok) return [];
      const found = readTwelveDataSearch(asked.value.body);
      if (!found) throw answerFault(asked.value.url, asked.value.answer);
      return found;
    },
    async fetchPrices(ref, context) {
      const reasons: string[] = [];
      let refusal: PriceRefusal = 'unknown_symbol';
      for (const listing of listingsOf(ref)) {
        const answer = await fetchListing(listing, ref, { options, context });
        if (answer.ok) return answer;
        if (answer.code !== 'unknown_symbol') refusal = answer.code;
        reasons.push(`${labelOf(listing)}: ${String(answer.details['reason'])}`);
      }
      return refuse(refusal, { reason: reasons.join('; ') || 'nothing to ask for' });
    },
  };
}

interface Listing {
  readonly symbol: string;
  readonly market: string | null;
}

interface Reach {
  readonly options: TwelveDataOptions;
  readonly context: FetchContext;
}

function listingsOf(ref: InstrumentRef): Listing[] {
  const symbol = ref.symbol ?? '';
  if (ref.kind === 'crypto') {
    const currency = DOLLAR_COINS.has(ref.currency) ? 'USD' : ref.currency;
    return [{ symbol: `${symbol}/${currency}`, market: null }];
  }
  // What a person chose for Yahoo says where it is listed too.
  const [ticker = '', suffix = ''] = (ref.providerSymbol ?? symbol).split('.');
  const market = MARKET_OF_SUFFIX[suffix];
  if (market) return [{ symbol: ticker, market }];
  const home = (MARKETS[ref.currency] ?? []).map((code) => ({ symbol, market: code }));
  return (home.length > 0 ? home : [{ symbol, market: null }]).slice(0, CANDIDATES_MAX);
}

function labelOf({ symbol, market }: Listing): string {
  return market === null ? symbol : `${symbol}:${market}`;
}

async function fetchListing(
  listing: Listing,
  ref: InstrumentRef,
  reach: Reach,
): Promise<Result<PriceAnswer, PriceRefusal>> {
  const asked = await fetchBody('/quote', { ...paramsOf(listing) }, reach);
  if (!asked.ok) return asked;
  const parsed = Quote.safeParse(asked.value.body);
  if (!parsed.success) throw answerFault(asked.value.url, asked.value.answer);
  const unit = quoteUnitOf(parsed.data.currency ?? parsed.data.symbol.split('/')[1] ?? '');
  if (unit.currency === '') return refuse('unreadable_price', { reason: 'the answer names no currency' });
  if (ref.kind !== 'crypto' && unit.currency !== ref.currency) {
    return refuse('wrong_currency', { reason: `quoted in ${unit.currency}` });
  }
  const isCoin = ref.kind === 'crypto'; // What it counts of coins differs from venue to venue.
  const closes = await fetchCloses(listing, { ...unit, isCoin }, reach);
  const price = wholeOf(parsed.data.close, unit);
  const seconds = parsed.data.last_quote_at ?? parsed.data.timestamp;
  const { currency } = unit;
  const dayVolume = isCoin ? null : unitsOf(parsed.data.volume);
  return ok({
    quote:
      price && typeof seconds === 'number'
        ? {
            price,
            currency,
            marketAtMs: seconds * 1_000,
            previousClose: positive(wholeOf(parsed.data.previous_close, unit)),
            ...(dayVolume ? { dayVolume } : {}),
          }
        : null,
    closes,
    splits: [],
    providerSymbol: labelOf(listing),
    providerName: parsed.data.name ?? null,
  });
}

async function fetchCloses(
  listing: Listing,
  unit: QuoteUnit & { readonly isCoin: boolean },
  reach: Reach,
): Promise<DailyClose[]> {
  const byDay = new Map<LocalDate, DailyClose>();
  let from = reach.context.from;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const params = { ...paramsOf(listing), interval: '1day', adjust: 'none', order: 'asc', start_date: from };
    const asked = await fetchBody('/time_series', { ...params, outputsize: String(PAGE_ROWS) }, reach);
    if (!asked.ok) break; // No closes in these days is an answer too; the price of now stands.
    const parsed = Series.safeParse(asked.value.body);
    if (!parsed.success) throw answerFault(asked.value.url, asked.value.answer);
    for (const { datetime, close, volume } of parsed.data.values) {
      const on = parseLocalDate(datetime.slice(0, 10));
      const price = wholeOf(close, unit);
      const units = unit.isCoin ? null : unitsOf(volume);
      if (!on || !price || price.sign <= 0) continue;
      byDay.set(on, { on, close: price, currency: unit.currency, ...(units ? { volume: units } : {}) });
    }
    const last = parsed.data.values
      .map(({ datetime }) => datetime.slice(0, 10))
      .toSorted()
      .at(-1);
    if (parsed.data.values.length < PAGE_ROWS || last === undefined) break;
    from = addDays(localDate(last), 1);
  }
  return [...byDay.values()].toSorted((a, b) => (a.on < b.on ? -1 : 1));
}

function paramsOf({ symbol, market }: Listing): Record<string, string> {
  return market === null ? { symbol } : { symbol, mic_code: market };
}

function wholeOf(text: string | null | undefined, unit: QuoteUnit): Decimal | null {
  const price = text === null || text === undefined ? null : Decimal.parse(text);
  return price ? price.times(unit.factor).rounded(18, 'half-even') : null;
}

function unitsOf(text: string | null | undefined): Decimal | null {
  const units = text === null || text === undefined ? null : Decimal.parse(text);
  return units && units.sign >= 0 ? units : null;
}

function positive(price: Decimal | null): Decimal | null {
  return price && price.sign > 0 ? price : null;
}

interface Body {
  readonly url: URL;
  readonly answer: GetAnswer;
  readonly body: unknown;
}

async function fetchBody(
  path: '/quote' | '/time_series' | '/symbol_search',
  params: Readonly<Record<string, string>>,
  { options, context }: { readonly options: TwelveDataOptions; readonly context: Omit<FetchContext, 'from'> },
): Promise<Result<Body, PriceRefusal>> {
  const key = await options.apiKey();
  if (key === null) throw keyFault('Twelve Data: no key is set');
  const url = new URL(path, options.baseUrl);
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  await context.spend();
  const limits = { ...LIMITS, timeoutMs: options.timeoutMs ?? LIMITS.timeoutMs };
  const got = await getText(url, { ...limits, headers: { authorization: `apikey ${key}` } }, context.signal);
  const answer = { ...got, text: got.text.replaceAll(key, '…') }; // It may repeat the key; nothing of ours ever does.
  const body = parseJson(answer.text);
  const failure = Failure.safeParse(body);
  if (failure.success) return refusalOf(failure.data, { url, answer, atMs: options.clock() });
  if (answer.status !== 200 || body === null) throw answerFault(url, answer);
  return ok({ url, answer, body });
}

function refusalOf(
  { code, message }: z.infer<typeof Failure>,
  { url, answer, atMs }: { readonly url: URL; readonly answer: GetAnswer; readonly atMs: number },
): Result<never, PriceRefusal> {
  const detail = `Twelve Data ${code}: ${message}`.slice(0, 200);
  const fault: Fault | null =
    code === 429
      ? new QuotaFault(/\bday\b|daily/i.test(message) ? 'day' : 'minute', detail, atMs)
      : code === 401
        ? keyFault(detail)
        : null;
  if (fault) throw fault;
  if (code === 403) return refuse('not_in_plan', { reason: detail });
  if (code === 400 || code === 404) return refuse('unknown_symbol', { reason: detail });
  throw answerFault(url, { ...answer, status: code });
}
