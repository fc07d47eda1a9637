/**
 * CoinMarketCap adapter: what a coin is worth now, by CoinMarketCap's own id. Needs a key; its free plan has no history.
 * Source: https://coinmarketcap.com/api/documentation (map, quotes/latest, error codes 1001-1011). Every answer carries
 * `status`, whatever the HTTP status says, so `status` decides.
 */
import { Decimal, type Fault, ok, refuse, type Result } from '#kernel';
import { z } from 'zod';
import { answerFault, type GetAnswer, getText, type GetLimits } from './http-get.ts';
import type { FetchContext, InstrumentRef, PriceAnswer, PriceProvider, PriceRefusal } from './price-provider.ts';
import { keyFault, QuotaFault, type QuotaWindow } from './provider-fault.ts';
import { parseJson } from './yahoo-chart.ts';

const LIMITS: GetLimits = { timeoutMs: 10_000, sizeBytesMax: 2 * 1024 * 1024 };
const IDS_KEPT_MAX = 5_000; // Coins of one installation; each is one word and one number.
const DOLLAR_COINS: ReadonlySet<string> = new Set(['USDT', 'USDC', 'BUSD', 'DAI']);

const ErrorCode = z.union([z.number(), z.string()]).transform(Number);
const Status = z.object({ error_code: ErrorCode, error_message: z.string().nullish() });
const Failure = z.object({ status: Status });
const CoinMap = z.object({
  status: Status,
  data: z
    .array(
      z.object({
        id: z.number().int(),
        symbol: z.string().max(60),
        name: z.string().max(200).nullish(),
        rank: z.number().nullish(),
        is_active: z.number().nullish(),
      }),
    )
    .max(10_000),
});
type MappedCoin = z.infer<typeof CoinMap>['data'][number];
const Figure = z.object({ price: z.number().nullish(), last_updated: z.string().nullish() });
const Coin = z.object({
  id: z.number().int(),
  name: z.string().max(200).nullish(),
  /** An object by currency in all versions seen; the newest documents show an array that names its currency. */
  quote: z.union([z.record(z.string(), Figure), z.array(Figure.extend({ symbol: z.string() }))]),
});
const Quotes = z.object({
  status: Status,
  /** Version 3 answers an array; older ones an object by id, whose values are a coin or a list of them. */
  data: z.union([z.array(Coin), z.record(z.string(), z.union([Coin, z.array(Coin)]))]),
});

export interface CoinMarketCapOptions {
  readonly baseUrl: string;
  readonly timeoutMs?: number;
  readonly clock: () => number;
  /** The key of now; null when nobody has set one. */
  readonly apiKey: () => Promise<string | null>;
}

/** Builds the adapter. `baseUrl` is `https://pro-api.coinmarketcap.com/`, or a local server in tests. */
export function coinMarketCapProvider(options: CoinMarketCapOptions): PriceProvider {
  const ids = new Map<string, number>();
  return {
    name: 'coinmarketcap',
    hasHistory: false,
    quota: { perMinute: 28, burst: 2, creditsPerDay: null, creditsPerMonth: 15_000 }, // The free plan of 2026.
    canPrice: (ref) => ref.kind === 'crypto' && ref.symbol !== null,
    async fetchPrices(ref, context) {
      const symbol = ref.symbol ?? '';
      const id = ids.get(symbol) ?? (await fetchId(symbol, { options, context }));
      if (id === null) return refuse('unknown_symbol', { reason: `${symbol}: no coin of that symbol` });
      if (ids.size < IDS_KEPT_MAX) ids.set(symbol, id);
      return fetchQuote(ref, id, { options, context });
    },
  };
}

interface Reach {
  readonly options: CoinMarketCapOptions;
  readonly context: FetchContext;
}

/** Several coins share a symbol: the active one of the best rank is meant. */
async function fetchId(symbol: string, reach: Reach): Promise<number | null> {
  const url = new URL('/v1/cryptocurrency/map', reach.options.baseUrl);
  url.searchParams.set('symbol', symbol);
  const answer = await fetchAnswer(url, reach);
  const parsed = CoinMap.safeParse(parseJson(answer.text));
  if (isUnknown(answer)) return null;
  if (answer.status !== 200 || !parsed.success) throw faultOf(url, answer, reach.options.clock());
  const rankOf = (coin: MappedCoin): number => coin.rank ?? Number.POSITIVE_INFINITY;
  const coins = parsed.data.data.filter((coin) => coin.symbol === symbol && coin.is_active !== 0);
  return coins.toSorted((a, b) => rankOf(a) - rankOf(b))[0]?.id ?? null;
}

async function fetchQuote(ref: InstrumentRef, id: number, reach: Reach): Promise<Result<PriceAnswer, PriceRefusal>> {
  const currency = DOLLAR_COINS.has(ref.currency) ? 'USD' : ref.currency;
  const url = new URL('/v3/cryptocurrency/quotes/latest', reach.options.baseUrl);
  url.searchParams.set('id', String(id));
  url.searchParams.set('convert', currency);
  const answer = await fetchAnswer(url, reach);
  if (isUnknown(answer)) return refuse('unknown_symbol', { reason: `id ${id} in ${currency}: not known` });
  const parsed = Quotes.safeParse(parseJson(answer.text));
  if (answer.status !== 200 || !parsed.success || parsed.data.status.error_code !== 0) {
    throw faultOf(url, answer, reach.options.clock());
  }
  const coin = Object.values(parsed.data.data)
    .flat()
    .find((entry) => entry.id === id);
  const figure = coin && figureIn(coin, currency);
  if (!coin || !figure) return refuse('wrong_currency', { reason: `id ${id} is not quoted in ${currency}` });
  const price = typeof figure.price === 'number' ? Decimal.parse(String(figure.price)) : null;
  const marketAtMs = Date.parse(figure.last_updated ?? '');
  const quote =
    price && Number.isFinite(marketAtMs)
      ? { price: price.rounded(18, 'half-even'), currency, marketAtMs, previousClose: null }
      : null;
  return ok({ quote, closes: [], splits: [], providerSymbol: String(id), providerName: coin.name ?? null });
}

function figureIn({ quote }: z.infer<typeof Coin>, currency: string): z.infer<typeof Figure> | undefined {
  return Array.isArray(quote) ? quote.find(({ symbol }) => symbol === currency) : quote[currency];
}

async function fetchAnswer(url: URL, { options, context }: Reach): Promise<GetAnswer> {
  const key = await options.apiKey();
  if (key === null) throw keyFault('CoinMarketCap: no key is set');
  await context.spend();
  const limits = { ...LIMITS, timeoutMs: options.timeoutMs ?? LIMITS.timeoutMs };
  const headers = { 'x-cmc_pro_api_key': key, accept: 'application/json' };
  const answer = await getText(url, { ...limits, headers }, context.signal);
  return { ...answer, text: answer.text.replaceAll(key, '…') }; // It may repeat the key; nothing of ours ever does.
}

/** HTTP 400 with its own status says that an id or a symbol means nothing to it. */
function isUnknown(answer: GetAnswer): boolean {
  const failure = Failure.safeParse(parseJson(answer.text));
  return answer.status === 400 && failure.success && failure.data.status.error_code === 400;
}

/** 1008 minute, 1009 day, 1010 month, 1011 this address. */
const WINDOWS: Readonly<Record<number, QuotaWindow>> = { 1008: 'minute', 1009: 'day', 1010: 'month', 1011: 'minute' };
const KEY_CODES: ReadonlySet<number> = new Set([1001, 1002, 1003, 1004, 1005, 1006, 1007]);

function faultOf(url: URL, answer: GetAnswer, atMs: number): Fault {
  const failure = Failure.safeParse(parseJson(answer.text));
  if (!failure.success) return answerFault(url, answer);
  const { error_code: code, error_message: message } = failure.data.status;
  const detail = `CoinMarketCap ${code}: ${message ?? 'no message'}`.slice(0, 200);
  const window = WINDOWS[code];
  if (window) return new QuotaFault(window, detail, atMs);
  return KEY_CODES.has(code) ? keyFault(detail) : answerFault(url, answer);
}
